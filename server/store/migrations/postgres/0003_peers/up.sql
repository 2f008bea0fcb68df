CREATE TABLE peer_status (
    node TEXT NOT NULL PRIMARY KEY,
    last_contact BIGINT,
    last_sync BIGINT,
    lag_micros BIGINT,
    last_error TEXT,
    last_error_at BIGINT,
    quarantine TEXT,
    quarantined_at BIGINT
);

-- The status feeds of other publishers, as far as they have been read.
CREATE TABLE peer_entry_status (
    publisher TEXT NOT NULL,
    audience TEXT NOT NULL,
    seq BIGINT NOT NULL,
    entry_id BYTEA NOT NULL,
    state SMALLINT NOT NULL,
    deadline BIGINT,
    rule SMALLINT,
    at BIGINT NOT NULL,
    raw BYTEA NOT NULL,
    PRIMARY KEY (publisher, audience, seq)
);
CREATE INDEX peer_entry_status_by_entry ON peer_entry_status (publisher, entry_id, at, seq);
CREATE TABLE peer_cursors (
    publisher TEXT NOT NULL,
    audience TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (publisher, audience)
);

-- Records that publishers have confirmed, for as long as they are valid.
CREATE TABLE confirmed_records (
    publisher TEXT NOT NULL,
    confirm_key BYTEA NOT NULL,
    audience TEXT NOT NULL,
    subject_type SMALLINT NOT NULL,
    epoch BIGINT NOT NULL,
    entry_id BYTEA NOT NULL,
    jws TEXT NOT NULL,
    valid_until BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    PRIMARY KEY (publisher, confirm_key, audience, subject_type, epoch, entry_id)
);
CREATE INDEX confirmed_records_by_entry ON confirmed_records (publisher, entry_id);
CREATE INDEX confirmed_records_by_end ON confirmed_records (valid_until);
