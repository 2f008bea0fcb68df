ALTER TABLE alerts DROP COLUMN found_at;
