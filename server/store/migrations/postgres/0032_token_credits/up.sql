-- What a member may have evaluated here once, beside its budget: granted by a person, for what it publishes and watches.
CREATE TABLE token_credits (
    member TEXT NOT NULL,
    class SMALLINT NOT NULL,
    elements BIGINT NOT NULL,
    granted_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (member, class)
);
