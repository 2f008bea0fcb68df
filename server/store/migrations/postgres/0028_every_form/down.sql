-- One token for each place again, whichever comes first; the others are asked of the committee anew.
DELETE FROM entry_tokens AS one USING entry_tokens AS other
    WHERE (one.entry_id, one.identifier_index, one.kind, one.norm_version, one.level, one.key_id)
        = (other.entry_id, other.identifier_index, other.kind, other.norm_version, other.level, other.key_id)
        AND one.token > other.token;
ALTER TABLE entry_tokens DROP CONSTRAINT entry_tokens_pkey;
ALTER TABLE entry_tokens ADD PRIMARY KEY (entry_id, identifier_index, kind, norm_version, level, key_id);
