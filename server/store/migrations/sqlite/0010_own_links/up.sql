-- Which living entries of this node carry an identifier, or a part of a name: hashes under a key that only the
-- node has, never a value or a token (docs/adr/0006). level 0 is a part of a name.
CREATE TABLE own_links (
    key BLOB NOT NULL,
    entry_id BLOB NOT NULL REFERENCES entries (id),
    identifier_index INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    level INTEGER NOT NULL,
    role INTEGER NOT NULL,
    PRIMARY KEY (key, entry_id, identifier_index)
) STRICT, WITHOUT ROWID;
CREATE INDEX own_links_by_entry ON own_links (entry_id);
