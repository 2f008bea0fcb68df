-- Which living entries of this node carry an identifier, or a part of a name: hashes under a key that only the
-- node has, never a value or a token (docs/adr/0006). level 0 is a part of a name.
CREATE TABLE own_links (
    key BYTEA NOT NULL,
    entry_id BYTEA NOT NULL REFERENCES entries (id),
    identifier_index INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    level SMALLINT NOT NULL,
    role SMALLINT NOT NULL,
    PRIMARY KEY (key, entry_id, identifier_index)
);
CREATE INDEX own_links_by_entry ON own_links (entry_id);
