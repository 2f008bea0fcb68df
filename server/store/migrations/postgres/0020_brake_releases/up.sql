-- When a person last released each publisher: what its lists hit in the roster counts from then on.
CREATE TABLE brake_releases (
    publisher TEXT NOT NULL PRIMARY KEY,
    released_at BIGINT NOT NULL
);
