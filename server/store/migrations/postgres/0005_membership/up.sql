CREATE TABLE memberships (
    version BIGINT NOT NULL PRIMARY KEY,
    envelope BYTEA NOT NULL,
    received_at BIGINT NOT NULL
);
CREATE TABLE key_descriptors_seen (
    class SMALLINT NOT NULL,
    epoch BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    PRIMARY KEY (class, epoch)
);
CREATE TABLE node_meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
CREATE TABLE invites (
    code_hash BYTEA NOT NULL PRIMARY KEY,
    node TEXT NOT NULL,
    expires BIGINT NOT NULL,
    used_at BIGINT
);
