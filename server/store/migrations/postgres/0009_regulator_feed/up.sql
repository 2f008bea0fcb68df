-- What regulators subscribe to: versions of objects in the order in which this node learned of them. `added` is
-- given out in the transaction that writes the row, under the lock of the row 'feed' of event_heads, so that
-- nothing is ever added behind a reader's cursor. An object without a subject type is in every collection.
CREATE TABLE regulator_feed (
    added BIGINT NOT NULL PRIMARY KEY,
    kind SMALLINT NOT NULL,
    object_id BYTEA NOT NULL,
    audience TEXT NOT NULL,
    subject_type SMALLINT,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    superseded BIGINT,
    content BYTEA NOT NULL,
    UNIQUE (object_id, audience, modified)
);
CREATE INDEX regulator_feed_by_subject ON regulator_feed (subject_type, added);
INSERT INTO event_heads (scope, seq, hash, at) VALUES
    ('feed', 0, decode(repeat('00', 32), 'hex'), 0);
