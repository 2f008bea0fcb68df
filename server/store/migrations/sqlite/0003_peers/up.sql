CREATE TABLE peer_status (
    node TEXT NOT NULL PRIMARY KEY,
    last_contact INTEGER,
    last_sync INTEGER,
    lag_micros INTEGER,
    last_error TEXT,
    last_error_at INTEGER,
    quarantine TEXT,
    quarantined_at INTEGER
) STRICT;

-- The status feeds of other publishers, as far as they have been read.
CREATE TABLE peer_entry_status (
    publisher TEXT NOT NULL,
    audience TEXT NOT NULL,
    seq INTEGER NOT NULL,
    entry_id BLOB NOT NULL,
    state INTEGER NOT NULL,
    deadline INTEGER,
    rule INTEGER,
    at INTEGER NOT NULL,
    raw BLOB NOT NULL,
    PRIMARY KEY (publisher, audience, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX peer_entry_status_by_entry ON peer_entry_status (publisher, entry_id, at, seq);
CREATE TABLE peer_cursors (
    publisher TEXT NOT NULL,
    audience TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (publisher, audience)
) STRICT, WITHOUT ROWID;

-- Records that publishers have confirmed, for as long as they are valid.
CREATE TABLE confirmed_records (
    publisher TEXT NOT NULL,
    confirm_key BLOB NOT NULL,
    audience TEXT NOT NULL,
    subject_type INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    entry_id BLOB NOT NULL,
    jws TEXT NOT NULL,
    valid_until INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (publisher, confirm_key, audience, subject_type, epoch, entry_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX confirmed_records_by_entry ON confirmed_records (publisher, entry_id);
CREATE INDEX confirmed_records_by_end ON confirmed_records (valid_until);
