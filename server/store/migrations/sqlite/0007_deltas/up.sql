-- Lists become a base and the deltas on top of it: `live` heads are those whose bodies make up the list now, the one
-- `in_force` is the newest of them. `tokens` is how many different ones this node's own list holds; NULL for peers'
-- lists and until the next base, which is what a delta has to rest on.
ALTER TABLE digest_heads ADD COLUMN base_sequence INTEGER NOT NULL DEFAULT 0;
ALTER TABLE digest_heads ADD COLUMN live INTEGER NOT NULL DEFAULT FALSE;
ALTER TABLE digest_heads ADD COLUMN tokens INTEGER;
UPDATE digest_heads SET base_sequence = sequence - 1, live = in_force;

-- The prefix by which a delta names the record's token, to know when the last token under it leaves.
ALTER TABLE list_records ADD COLUMN token_prefix INTEGER NOT NULL DEFAULT 0;
CREATE INDEX list_records_by_prefix ON list_records (audience, subject_type, epoch, token_prefix);
CREATE INDEX list_records_by_entry ON list_records (entry_id);
