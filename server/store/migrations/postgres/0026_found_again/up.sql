-- When a hit that waits was last found: what its publisher said before isn't an answer, and one that was found again while
-- the publisher was asked isn't settled by what it said.
ALTER TABLE roster_hits ADD COLUMN last_found_at BIGINT NOT NULL DEFAULT 0;
UPDATE roster_hits SET last_found_at = found_at;
