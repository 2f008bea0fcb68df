ALTER TABLE peer_status DROP COLUMN clock_offset_micros;
