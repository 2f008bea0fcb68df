-- Signed heads of digest lists, this node's and those adopted from peers. Bodies are files named by their hash.
CREATE TABLE digest_heads (
    publisher TEXT NOT NULL,
    audience TEXT NOT NULL,
    subject_type INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    head BLOB NOT NULL,
    head_hash BLOB NOT NULL,
    body_hash BLOB NOT NULL,
    body_length INTEGER NOT NULL,
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    in_force INTEGER NOT NULL,
    PRIMARY KEY (publisher, audience, subject_type, epoch, incarnation, sequence)
) STRICT, WITHOUT ROWID;
CREATE INDEX digest_heads_by_body ON digest_heads (body_hash);

-- What a confirmation looks up: which of this node's entries stand behind which confirm_key.
CREATE TABLE list_records (
    audience TEXT NOT NULL,
    subject_type INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    confirm_key BLOB NOT NULL,
    entry_id BLOB NOT NULL,
    identifier_index INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    level INTEGER NOT NULL,
    key_id BLOB NOT NULL,
    PRIMARY KEY (audience, subject_type, epoch, confirm_key, entry_id, identifier_index)
) STRICT, WITHOUT ROWID;
