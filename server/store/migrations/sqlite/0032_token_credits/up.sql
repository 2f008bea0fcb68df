-- What a member may have evaluated here once, beside its budget: granted by a person, for what it publishes and watches.
CREATE TABLE token_credits (
    member TEXT NOT NULL,
    class INTEGER NOT NULL,
    elements INTEGER NOT NULL,
    granted_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (member, class)
) STRICT, WITHOUT ROWID;
