-- Signed heads of digest lists, this node's and those adopted from peers. Bodies are files named by their hash.
CREATE TABLE digest_heads (
    publisher TEXT NOT NULL,
    audience TEXT NOT NULL,
    subject_type SMALLINT NOT NULL,
    epoch BIGINT NOT NULL,
    incarnation BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    head BYTEA NOT NULL,
    head_hash BYTEA NOT NULL,
    body_hash BYTEA NOT NULL,
    body_length BIGINT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    in_force BOOLEAN NOT NULL,
    PRIMARY KEY (publisher, audience, subject_type, epoch, incarnation, sequence)
);
CREATE INDEX digest_heads_by_body ON digest_heads (body_hash);

-- What a confirmation looks up: which of this node's entries stand behind which confirm_key.
CREATE TABLE list_records (
    audience TEXT NOT NULL,
    subject_type SMALLINT NOT NULL,
    epoch BIGINT NOT NULL,
    confirm_key BYTEA NOT NULL,
    entry_id BYTEA NOT NULL,
    identifier_index INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    level SMALLINT NOT NULL,
    key_id BYTEA NOT NULL,
    PRIMARY KEY (audience, subject_type, epoch, confirm_key, entry_id, identifier_index)
);
