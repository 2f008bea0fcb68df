-- Two signed heads by which a publisher contradicts itself. Evidence: nothing prunes it.
CREATE TABLE digest_forks (
    publisher TEXT NOT NULL,
    audience TEXT NOT NULL,
    subject_type INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    incarnation INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    first_head BLOB NOT NULL,
    second_head BLOB NOT NULL,
    found_at INTEGER NOT NULL,
    PRIMARY KEY (publisher, audience, subject_type, epoch, incarnation, sequence)
) STRICT, WITHOUT ROWID;
