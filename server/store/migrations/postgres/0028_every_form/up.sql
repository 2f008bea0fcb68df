-- An identifier may have several forms of one kind and level, two numbers in one field or a right in several classes: each
-- keeps a token of its own. Those that were lost are asked of the committee again.
ALTER TABLE entry_tokens DROP CONSTRAINT entry_tokens_pkey;
ALTER TABLE entry_tokens ADD PRIMARY KEY (entry_id, identifier_index, kind, norm_version, level, key_id, token);
