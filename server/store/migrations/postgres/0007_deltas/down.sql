-- What only a delta says can't be kept without it: the lists that have some are built or fetched anew.
DROP INDEX list_records_by_entry;
DROP INDEX list_records_by_prefix;
ALTER TABLE list_records DROP COLUMN token_prefix;
DELETE FROM digest_heads WHERE EXISTS (
    SELECT 1 FROM digest_heads AS delta
    WHERE delta.publisher = digest_heads.publisher AND delta.audience = digest_heads.audience
        AND delta.subject_type = digest_heads.subject_type AND delta.epoch = digest_heads.epoch AND delta.kind <> 0
);
ALTER TABLE digest_heads DROP COLUMN tokens;
ALTER TABLE digest_heads DROP COLUMN live;
ALTER TABLE digest_heads DROP COLUMN base_sequence;
