-- The roster: who and what is trading here already. Identifiers are sealed; what is matched is their tokens.
CREATE TABLE monitored_subjects (
    client_reference TEXT NOT NULL PRIMARY KEY,
    subject_type SMALLINT NOT NULL,
    natural_person BOOLEAN NOT NULL,
    body_sealed BYTEA NOT NULL,
    content_hash BYTEA NOT NULL,
    retry_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX monitored_subjects_to_retry ON monitored_subjects (retry_at) WHERE retry_at IS NOT NULL;

-- A form is one canonical identifier of a subject as a keyed hash, the same under every token key.
CREATE TABLE monitored_tokens (
    client_reference TEXT NOT NULL REFERENCES monitored_subjects (client_reference),
    form BYTEA NOT NULL,
    key_id BYTEA NOT NULL,
    identifier_index INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    level SMALLINT NOT NULL,
    token BYTEA NOT NULL,
    PRIMARY KEY (client_reference, form, key_id)
);
CREATE INDEX monitored_tokens_by_token ON monitored_tokens (token);

-- Possible hits that still have to be confirmed with their publisher. They survive a restart.
CREATE TABLE roster_hits (
    client_reference TEXT NOT NULL,
    form BYTEA NOT NULL,
    key_id BYTEA NOT NULL,
    publisher TEXT NOT NULL,
    audience TEXT NOT NULL,
    subject_type SMALLINT NOT NULL,
    epoch BIGINT NOT NULL,
    found_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (client_reference, form, key_id, publisher, audience, subject_type, epoch)
);
CREATE INDEX roster_hits_due ON roster_hits (publisher, due_at);

CREATE TABLE alerts (
    id BYTEA NOT NULL PRIMARY KEY,
    opened_seq BIGINT NOT NULL UNIQUE,
    client_reference TEXT NOT NULL,
    publisher TEXT NOT NULL,
    entry_id BYTEA NOT NULL,
    state SMALLINT NOT NULL,
    opened_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_by TEXT,
    record_seq BIGINT NOT NULL,
    entry_state SMALLINT NOT NULL,
    deadline BIGINT,
    rule SMALLINT,
    expires_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    record TEXT NOT NULL,
    decision TEXT
);
-- A finding about a subject is open at most once.
CREATE UNIQUE INDEX alerts_open ON alerts (client_reference, publisher, entry_id) WHERE state = 1;
CREATE INDEX alerts_by_entry ON alerts (publisher, entry_id, state);
CREATE INDEX alerts_ending ON alerts (ends_at) WHERE state = 1;

CREATE TABLE alert_matches (
    alert_id BYTEA NOT NULL REFERENCES alerts (id),
    form BYTEA NOT NULL,
    identifier_index INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    level SMALLINT NOT NULL,
    PRIMARY KEY (alert_id, form)
);

-- What a person has dealt with: it comes back only when the record has changed.
CREATE TABLE cleared_hits (
    client_reference TEXT NOT NULL,
    publisher TEXT NOT NULL,
    entry_id BYTEA NOT NULL,
    form BYTEA NOT NULL,
    record_seq BIGINT NOT NULL,
    cleared_at BIGINT NOT NULL,
    PRIMARY KEY (client_reference, publisher, entry_id, form)
);
CREATE INDEX cleared_hits_by_entry ON cleared_hits (publisher, entry_id);

-- What happened to alerts, in commit order, for whoever follows.
CREATE TABLE alert_events (
    seq BIGINT NOT NULL PRIMARY KEY,
    alert_id BYTEA NOT NULL,
    change SMALLINT NOT NULL,
    at BIGINT NOT NULL
);
