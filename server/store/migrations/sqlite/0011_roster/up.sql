-- The roster: who and what is trading here already. Identifiers are sealed; what is matched is their tokens.
CREATE TABLE monitored_subjects (
    client_reference TEXT NOT NULL PRIMARY KEY,
    subject_type INTEGER NOT NULL,
    natural_person INTEGER NOT NULL,
    body_sealed BLOB NOT NULL,
    content_hash BLOB NOT NULL,
    retry_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX monitored_subjects_to_retry ON monitored_subjects (retry_at) WHERE retry_at IS NOT NULL;

-- A form is one canonical identifier of a subject as a keyed hash, the same under every token key.
CREATE TABLE monitored_tokens (
    client_reference TEXT NOT NULL REFERENCES monitored_subjects (client_reference),
    form BLOB NOT NULL,
    key_id BLOB NOT NULL,
    identifier_index INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    level INTEGER NOT NULL,
    token BLOB NOT NULL,
    PRIMARY KEY (client_reference, form, key_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX monitored_tokens_by_token ON monitored_tokens (token);

-- Possible hits that still have to be confirmed with their publisher. They survive a restart.
CREATE TABLE roster_hits (
    client_reference TEXT NOT NULL,
    form BLOB NOT NULL,
    key_id BLOB NOT NULL,
    publisher TEXT NOT NULL,
    audience TEXT NOT NULL,
    subject_type INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    found_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    PRIMARY KEY (client_reference, form, key_id, publisher, audience, subject_type, epoch)
) STRICT, WITHOUT ROWID;
CREATE INDEX roster_hits_due ON roster_hits (publisher, due_at);

CREATE TABLE alerts (
    id BLOB NOT NULL PRIMARY KEY,
    opened_seq INTEGER NOT NULL UNIQUE,
    client_reference TEXT NOT NULL,
    publisher TEXT NOT NULL,
    entry_id BLOB NOT NULL,
    state INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    ended_at INTEGER,
    ended_by TEXT,
    record_seq INTEGER NOT NULL,
    entry_state INTEGER NOT NULL,
    deadline INTEGER,
    rule INTEGER,
    expires_at INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    record TEXT NOT NULL,
    decision TEXT
) STRICT;
-- A finding about a subject is open at most once.
CREATE UNIQUE INDEX alerts_open ON alerts (client_reference, publisher, entry_id) WHERE state = 1;
CREATE INDEX alerts_by_entry ON alerts (publisher, entry_id, state);
CREATE INDEX alerts_ending ON alerts (ends_at) WHERE state = 1;

CREATE TABLE alert_matches (
    alert_id BLOB NOT NULL REFERENCES alerts (id),
    form BLOB NOT NULL,
    identifier_index INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    level INTEGER NOT NULL,
    PRIMARY KEY (alert_id, form)
) STRICT, WITHOUT ROWID;

-- What a person has dealt with: it comes back only when the record has changed.
CREATE TABLE cleared_hits (
    client_reference TEXT NOT NULL,
    publisher TEXT NOT NULL,
    entry_id BLOB NOT NULL,
    form BLOB NOT NULL,
    record_seq INTEGER NOT NULL,
    cleared_at INTEGER NOT NULL,
    PRIMARY KEY (client_reference, publisher, entry_id, form)
) STRICT, WITHOUT ROWID;
CREATE INDEX cleared_hits_by_entry ON cleared_hits (publisher, entry_id);

-- What happened to alerts, in commit order, for whoever follows.
CREATE TABLE alert_events (
    seq INTEGER NOT NULL PRIMARY KEY,
    alert_id BLOB NOT NULL,
    change INTEGER NOT NULL,
    at INTEGER NOT NULL
) STRICT;
