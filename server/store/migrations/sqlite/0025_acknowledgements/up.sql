-- Whether what came to a list or left it has reached its readers: with which head a record came (0: before this was noted)
-- and an entry last left, and what each member last said, signed, that it has taken over.
ALTER TABLE list_records ADD COLUMN since INTEGER NOT NULL DEFAULT 0;

CREATE TABLE list_departures (
    audience TEXT NOT NULL,
    subject_type INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    entry_id BLOB NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (entry_id, audience, subject_type, epoch)
);

CREATE TABLE acknowledgements (
    peer TEXT NOT NULL PRIMARY KEY,
    heard_at INTEGER NOT NULL,
    seen TEXT NOT NULL
);
