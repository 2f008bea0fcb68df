CREATE TABLE memberships (
    version INTEGER NOT NULL PRIMARY KEY,
    envelope BLOB NOT NULL,
    received_at INTEGER NOT NULL
) STRICT;
CREATE TABLE key_descriptors_seen (
    class INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    PRIMARY KEY (class, epoch)
) STRICT, WITHOUT ROWID;
CREATE TABLE node_meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
CREATE TABLE invites (
    code_hash BLOB NOT NULL PRIMARY KEY,
    node TEXT NOT NULL,
    expires INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
