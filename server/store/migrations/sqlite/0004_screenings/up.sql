CREATE TABLE screenings (
    id BLOB NOT NULL PRIMARY KEY,
    client_reference TEXT,
    purpose INTEGER NOT NULL,
    verdict INTEGER NOT NULL,
    mode INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    response TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    decision TEXT
) STRICT;
CREATE INDEX screenings_by_reference ON screenings (client_reference);
