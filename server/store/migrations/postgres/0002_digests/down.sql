DROP TABLE list_records;
DROP TABLE digest_heads;
