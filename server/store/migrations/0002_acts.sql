-- One row per act: `key` is what makes two calls the same act, `same` what makes them equal for the model.
CREATE TABLE act (
    key TEXT PRIMARY KEY,
    same TEXT NOT NULL,
    state TEXT NOT NULL,
    principal TEXT NOT NULL, platform TEXT NOT NULL, account TEXT NOT NULL, tool TEXT NOT NULL,
    process TEXT NOT NULL,
    begun_at REAL NOT NULL, sent_at REAL, ended_at REAL,
    outcome TEXT,
    answer TEXT
);
CREATE INDEX act_same ON act (same, begun_at);
CREATE INDEX act_state ON act (state);
-- The ledger is only appended to; each hash covers the one before it.
CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY,
    act TEXT NOT NULL,
    at REAL NOT NULL,
    record TEXT NOT NULL,
    hash TEXT NOT NULL
);
CREATE INDEX ledger_act ON ledger (act);
CREATE TABLE checkpoint (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE approval (
    number TEXT PRIMARY KEY,
    binding TEXT NOT NULL,
    words TEXT NOT NULL,
    principal TEXT NOT NULL, tool TEXT NOT NULL, account TEXT NOT NULL,
    asked_at REAL NOT NULL, expires_at REAL NOT NULL,
    state TEXT NOT NULL,
    answered_at REAL, answered_by TEXT
);
CREATE INDEX approval_binding ON approval (binding, state);
CREATE TABLE budget (name TEXT NOT NULL, window_ TEXT NOT NULL, used REAL NOT NULL, PRIMARY KEY (name, window_));
