DROP TABLE confirmed_records;
DROP TABLE peer_cursors;
DROP TABLE peer_entry_status;
DROP TABLE peer_status;
