-- An identifier may have several forms of one kind and level, two numbers in one field or a right in several classes: each
-- keeps a token of its own. Those that were lost are asked of the committee again.
ALTER TABLE entry_tokens RENAME TO entry_tokens_before;
CREATE TABLE entry_tokens (
    entry_id BLOB NOT NULL REFERENCES entries (id),
    identifier_index INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    norm_version INTEGER NOT NULL,
    level INTEGER NOT NULL,
    key_id BLOB NOT NULL,
    role INTEGER NOT NULL,
    verified INTEGER NOT NULL,
    token BLOB NOT NULL,
    PRIMARY KEY (entry_id, identifier_index, kind, norm_version, level, key_id, token)
) STRICT, WITHOUT ROWID;
INSERT INTO entry_tokens (entry_id, identifier_index, kind, norm_version, level, key_id, role, verified, token) SELECT entry_id, identifier_index, kind, norm_version, level, key_id, role, verified, token FROM entry_tokens_before;
DROP TABLE entry_tokens_before;
