CREATE TABLE job_runs (
    job TEXT NOT NULL,
    scheduled_for BIGINT NOT NULL,
    runner TEXT NOT NULL,
    lease_token BYTEA NOT NULL,
    lease_expires BIGINT NOT NULL,
    started BIGINT NOT NULL,
    finished BIGINT,
    outcome TEXT,
    detail TEXT,
    PRIMARY KEY (job, scheduled_for)
);

-- Millionths of an element, so that a slow refill loses nothing to rounding.
CREATE TABLE token_buckets (
    member TEXT NOT NULL,
    class SMALLINT NOT NULL,
    level BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (member, class)
);
CREATE TABLE idempotency_keys (
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    route TEXT NOT NULL,
    body_hash BYTEA NOT NULL,
    started BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    status INTEGER,
    response BYTEA,
    PRIMARY KEY (actor, key)
);
CREATE INDEX idempotency_keys_by_end ON idempotency_keys (expires);
CREATE TABLE audit_log (
    id BYTEA NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    purpose TEXT NOT NULL,
    outcome TEXT NOT NULL
);
CREATE INDEX audit_log_by_time ON audit_log (at, id);
