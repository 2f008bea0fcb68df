CREATE TABLE entries (
    id BYTEA NOT NULL PRIMARY KEY,
    client_reference TEXT UNIQUE,
    request_hash BYTEA NOT NULL,
    audience TEXT NOT NULL,
    subject_type SMALLINT NOT NULL,
    natural_person BOOLEAN NOT NULL,
    state SMALLINT NOT NULL,
    state_data TEXT NOT NULL,
    revision BIGINT NOT NULL,
    local_reason TEXT,
    grade SMALLINT NOT NULL,
    category SMALLINT,
    basis SMALLINT NOT NULL,
    jurisdiction TEXT NOT NULL,
    decided_at BIGINT,
    expires_at BIGINT,
    due_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    created_seq BIGINT NOT NULL UNIQUE,
    last_seq BIGINT NOT NULL,
    audience_seq BIGINT,
    body_sealed BYTEA NOT NULL
);
CREATE INDEX entries_by_audience ON entries (audience, subject_type, id);
CREATE INDEX entries_by_state ON entries (state, created_seq);
CREATE INDEX entries_due ON entries (due_at) WHERE due_at IS NOT NULL;

-- The spine: one row for each change of an entry, written in the transaction that changes it.
CREATE TABLE events (
    seq BIGINT NOT NULL PRIMARY KEY,
    entry_id BYTEA NOT NULL,
    event_type SMALLINT NOT NULL,
    at BIGINT NOT NULL,
    previous_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    commitment BYTEA NOT NULL,
    signature BYTEA NOT NULL,
    audience TEXT NOT NULL,
    audience_seq BIGINT,
    state SMALLINT NOT NULL,
    deadline BIGINT,
    rule SMALLINT,
    status_bytes BYTEA,
    UNIQUE (audience, audience_seq)
);
CREATE INDEX events_by_entry ON events (entry_id, seq);

-- What an event commits to, apart from the chain so that erasure leaves the chain verifiable.
CREATE TABLE event_payloads (
    seq BIGINT NOT NULL PRIMARY KEY,
    salt BYTEA NOT NULL,
    payload_sealed BYTEA NOT NULL
);

-- The last event of the node ('node') and of each audience ('audience/NAME'). The row of the node is locked by
-- whoever writes events, so that sequence order is commit order.
CREATE TABLE event_heads (
    scope TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    at BIGINT NOT NULL
);
INSERT INTO event_heads (scope, seq, hash, at) VALUES
    ('node', 0, decode(repeat('00', 32), 'hex'), 0);

CREATE TABLE entry_tokens (
    entry_id BYTEA NOT NULL REFERENCES entries (id),
    identifier_index INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    norm_version SMALLINT NOT NULL,
    level SMALLINT NOT NULL,
    key_id BYTEA NOT NULL,
    role SMALLINT NOT NULL,
    verified BOOLEAN NOT NULL,
    token BYTEA NOT NULL,
    PRIMARY KEY (entry_id, identifier_index, kind, norm_version, level, key_id)
);
