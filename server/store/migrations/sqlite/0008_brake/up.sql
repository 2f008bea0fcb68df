-- What was seen of each publisher, by day since 1970: subjects looked up while it counted, those its digests hit, hits that
-- no record stood behind, and how many prefixes its lists grew by.
CREATE TABLE brake_days (
    publisher TEXT NOT NULL,
    day INTEGER NOT NULL,
    looked_up INTEGER NOT NULL,
    hits INTEGER NOT NULL,
    unfounded INTEGER NOT NULL,
    grown INTEGER NOT NULL,
    PRIMARY KEY (publisher, day)
) STRICT, WITHOUT ROWID;
