CREATE TABLE screenings (
    id BYTEA NOT NULL PRIMARY KEY,
    client_reference TEXT,
    purpose SMALLINT NOT NULL,
    verdict SMALLINT NOT NULL,
    mode SMALLINT NOT NULL,
    complete BOOLEAN NOT NULL,
    response TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    decision TEXT
);
CREATE INDEX screenings_by_reference ON screenings (client_reference);
