CREATE TABLE entries (
    id BLOB NOT NULL PRIMARY KEY,
    client_reference TEXT UNIQUE,
    request_hash BLOB NOT NULL,
    audience TEXT NOT NULL,
    subject_type INTEGER NOT NULL,
    natural_person INTEGER NOT NULL,
    state INTEGER NOT NULL,
    state_data TEXT NOT NULL,
    revision INTEGER NOT NULL,
    local_reason TEXT,
    grade INTEGER NOT NULL,
    category INTEGER,
    basis INTEGER NOT NULL,
    jurisdiction TEXT NOT NULL,
    decided_at INTEGER,
    expires_at INTEGER,
    due_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    created_seq INTEGER NOT NULL UNIQUE,
    last_seq INTEGER NOT NULL,
    audience_seq INTEGER,
    body_sealed BLOB NOT NULL
) STRICT;
CREATE INDEX entries_by_audience ON entries (audience, subject_type, id);
CREATE INDEX entries_by_state ON entries (state, created_seq);
CREATE INDEX entries_due ON entries (due_at) WHERE due_at IS NOT NULL;

-- The spine: one row for each change of an entry, written in the transaction that changes it.
CREATE TABLE events (
    seq INTEGER NOT NULL PRIMARY KEY,
    entry_id BLOB NOT NULL,
    event_type INTEGER NOT NULL,
    at INTEGER NOT NULL,
    previous_hash BLOB NOT NULL,
    hash BLOB NOT NULL,
    commitment BLOB NOT NULL,
    signature BLOB NOT NULL,
    audience TEXT NOT NULL,
    audience_seq INTEGER,
    state INTEGER NOT NULL,
    deadline INTEGER,
    rule INTEGER,
    status_bytes BLOB,
    UNIQUE (audience, audience_seq)
) STRICT;
CREATE INDEX events_by_entry ON events (entry_id, seq);

-- What an event commits to, apart from the chain so that erasure leaves the chain verifiable.
CREATE TABLE event_payloads (
    seq INTEGER NOT NULL PRIMARY KEY,
    salt BLOB NOT NULL,
    payload_sealed BLOB NOT NULL
) STRICT;

-- The last event of the node ('node') and of each audience ('audience/NAME'). The row of the node is locked by
-- whoever writes events, so that sequence order is commit order.
CREATE TABLE event_heads (
    scope TEXT NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL,
    hash BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;
INSERT INTO event_heads (scope, seq, hash, at) VALUES
    ('node', 0, zeroblob(32), 0);

CREATE TABLE entry_tokens (
    entry_id BLOB NOT NULL REFERENCES entries (id),
    identifier_index INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    norm_version INTEGER NOT NULL,
    level INTEGER NOT NULL,
    key_id BLOB NOT NULL,
    role INTEGER NOT NULL,
    verified INTEGER NOT NULL,
    token BLOB NOT NULL,
    PRIMARY KEY (entry_id, identifier_index, kind, norm_version, level, key_id)
) STRICT, WITHOUT ROWID;
