DROP TABLE acknowledgements;
DROP TABLE list_departures;
ALTER TABLE list_records DROP COLUMN since;
