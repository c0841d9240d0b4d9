-- What a person who approves is shown beside the question: the program that asked, and the names that may be typed.
ALTER TABLE approval ADD COLUMN client TEXT NOT NULL DEFAULT '';
ALTER TABLE approval ADD COLUMN names TEXT NOT NULL DEFAULT '[]';
CREATE INDEX approval_waiting ON approval (state, expires_at);
