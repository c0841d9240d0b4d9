-- One row for each defect in each place of a tracker: whether an issue was created there, may have been, or is about to be.
CREATE TABLE handover (
    place TEXT NOT NULL, marker TEXT NOT NULL,
    state TEXT NOT NULL,
    process TEXT NOT NULL,
    at DOUBLE PRECISION NOT NULL,
    before_at DOUBLE PRECISION,
    attempts INTEGER NOT NULL,
    id TEXT NOT NULL DEFAULT '', key TEXT NOT NULL DEFAULT '', url TEXT NOT NULL DEFAULT '',
    how TEXT,
    steps TEXT NOT NULL DEFAULT '[]',
    who TEXT NOT NULL, act TEXT NOT NULL,
    created_at DOUBLE PRECISION,
    PRIMARY KEY (place, marker)
);
CREATE INDEX handover_state ON handover (state);
-- The queue of a standing order: one row for each item of a platform, with the number of the event that it is for.
CREATE TABLE delivery (
    platform TEXT NOT NULL, item TEXT NOT NULL,
    event INTEGER NOT NULL,
    state TEXT NOT NULL,
    process TEXT NOT NULL DEFAULT '', taken_at DOUBLE PRECISION NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at DOUBLE PRECISION NOT NULL,
    counted_at DOUBLE PRECISION,
    error TEXT NOT NULL DEFAULT '',
    key TEXT NOT NULL DEFAULT '', url TEXT NOT NULL DEFAULT '',
    rule TEXT NOT NULL DEFAULT '',
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (platform, item)
);
CREATE INDEX delivery_due ON delivery (state, next_at);
CREATE INDEX delivery_counted ON delivery (counted_at);
