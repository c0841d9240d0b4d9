-- One row for each answered round of a question, by whichever process: the answer that came first stands.
CREATE TABLE answered_round (key TEXT PRIMARY KEY, answer TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX answered_round_at ON answered_round (at);
-- What clients of platforms keep for a caller in all processes, such as an open change session.
CREATE TABLE shared_value (name TEXT PRIMARY KEY, value TEXT NOT NULL, at REAL NOT NULL);
-- The pace towards a platform's account: when its allowance is whole again, and until when it asked for a pause.
CREATE TABLE pace (account TEXT PRIMARY KEY, whole_at REAL NOT NULL, rests_until REAL NOT NULL);
-- The processes that share such allowances.
CREATE TABLE sharer (process TEXT PRIMARY KEY, seen_at REAL NOT NULL);
-- Calls of each person in each minute, in all processes.
CREATE TABLE called (person TEXT NOT NULL, minute INTEGER NOT NULL, times INTEGER NOT NULL, PRIMARY KEY (person, minute));
