-- Two signed heads by which a publisher contradicts itself. Evidence: nothing prunes it.
CREATE TABLE digest_forks (
    publisher TEXT NOT NULL,
    audience TEXT NOT NULL,
    subject_type SMALLINT NOT NULL,
    epoch BIGINT NOT NULL,
    incarnation BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    first_head BYTEA NOT NULL,
    second_head BYTEA NOT NULL,
    found_at BIGINT NOT NULL,
    PRIMARY KEY (publisher, audience, subject_type, epoch, incarnation, sequence)
);
