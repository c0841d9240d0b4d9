-- Answers are forgotten when no equal call can get them any more; without this the end of each act would read all acts.
CREATE INDEX act_answer ON act (ended_at) WHERE answer IS NOT NULL;
