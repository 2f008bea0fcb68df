-- What was seen of each publisher, by day since 1970: subjects looked up while it counted, those its digests hit, hits that
-- no record stood behind, and how many prefixes its lists grew by.
CREATE TABLE brake_days (
    publisher TEXT NOT NULL,
    day BIGINT NOT NULL,
    looked_up BIGINT NOT NULL,
    hits BIGINT NOT NULL,
    unfounded BIGINT NOT NULL,
    grown BIGINT NOT NULL,
    PRIMARY KEY (publisher, day)
);
