ALTER TABLE roster_hits DROP COLUMN last_found_at;
