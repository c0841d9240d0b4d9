CREATE TABLE event (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, item TEXT NOT NULL,
    received_at TEXT NOT NULL, times INTEGER NOT NULL DEFAULT 1, handled_at TEXT, document TEXT NOT NULL,
    UNIQUE (platform, kind, key)
);
CREATE INDEX event_item ON event (platform, item, number);
CREATE TABLE address (
    platform TEXT NOT NULL, digest BLOB NOT NULL, name TEXT NOT NULL, made_at TEXT NOT NULL,
    PRIMARY KEY (platform, digest)
);
CREATE TABLE refusal (reason TEXT PRIMARY KEY, times INTEGER NOT NULL);
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL);
