ALTER TABLE brake_days DROP COLUMN lookups;
