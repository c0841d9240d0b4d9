-- What a client's message hands to another process: the answer to a question, a cancellation, the end of a session.
CREATE TABLE handed (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    session TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    principal TEXT NOT NULL,
    body TEXT NOT NULL,
    at REAL NOT NULL,
    UNIQUE (session, kind, id)
);
CREATE INDEX handed_at ON handed (at);
CREATE INDEX handed_principal ON handed (principal, kind);
CREATE TABLE subscription (session TEXT NOT NULL, uri TEXT NOT NULL, at REAL NOT NULL, PRIMARY KEY (session, uri));
CREATE INDEX subscription_uri ON subscription (uri);
CREATE INDEX subscription_at ON subscription (at);
