-- To which restored copy of another node this node has granted which incarnation; the latest counts.
CREATE TABLE incarnation_grants (
    node TEXT NOT NULL PRIMARY KEY,
    incarnation INTEGER NOT NULL,
    restore_key BLOB NOT NULL,
    granted_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What this node had signed after the backup it was restored from, as its peers gave it back.
CREATE TABLE recovered_status (
    audience TEXT NOT NULL,
    seq INTEGER NOT NULL,
    entry_id BLOB NOT NULL,
    raw BLOB NOT NULL,
    PRIMARY KEY (audience, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE recovered_lists (
    audience TEXT NOT NULL,
    subject_type INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (audience, subject_type, epoch)
) STRICT, WITHOUT ROWID;
