CREATE TABLE job_runs (
    job TEXT NOT NULL,
    scheduled_for INTEGER NOT NULL,
    runner TEXT NOT NULL,
    lease_token BLOB NOT NULL,
    lease_expires INTEGER NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER,
    outcome TEXT,
    detail TEXT,
    PRIMARY KEY (job, scheduled_for)
) STRICT, WITHOUT ROWID;

-- Millionths of an element, so that a slow refill loses nothing to rounding.
CREATE TABLE token_buckets (
    member TEXT NOT NULL,
    class INTEGER NOT NULL,
    level INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (member, class)
) STRICT, WITHOUT ROWID;
CREATE TABLE idempotency_keys (
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    route TEXT NOT NULL,
    body_hash BLOB NOT NULL,
    started INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    status INTEGER,
    response BLOB,
    PRIMARY KEY (actor, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_end ON idempotency_keys (expires);
CREATE TABLE audit_log (
    id BLOB NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    object TEXT NOT NULL,
    purpose TEXT NOT NULL,
    outcome TEXT NOT NULL
) STRICT;
CREATE INDEX audit_log_by_time ON audit_log (at, id);
