-- To which restored copy of another node this node has granted which incarnation; the latest counts.
CREATE TABLE incarnation_grants (
    node TEXT NOT NULL PRIMARY KEY,
    incarnation BIGINT NOT NULL,
    restore_key BYTEA NOT NULL,
    granted_at BIGINT NOT NULL
);

-- What this node had signed after the backup it was restored from, as its peers gave it back.
CREATE TABLE recovered_status (
    audience TEXT NOT NULL,
    seq BIGINT NOT NULL,
    entry_id BYTEA NOT NULL,
    raw BYTEA NOT NULL,
    PRIMARY KEY (audience, seq)
);
CREATE TABLE recovered_lists (
    audience TEXT NOT NULL,
    subject_type SMALLINT NOT NULL,
    epoch BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (audience, subject_type, epoch)
);
