-- When the hit of an alert was found, by which it counts for the brake: one that was found before a release says nothing new after it.
ALTER TABLE alerts ADD COLUMN found_at BIGINT NOT NULL DEFAULT 0;
UPDATE alerts SET found_at = opened_at;
