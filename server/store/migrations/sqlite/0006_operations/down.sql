DROP TABLE audit_log;
DROP TABLE idempotency_keys;
DROP TABLE token_buckets;
DROP TABLE job_runs;
