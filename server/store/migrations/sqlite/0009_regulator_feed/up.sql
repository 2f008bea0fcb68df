-- What regulators subscribe to: versions of objects in the order in which this node learned of them. `added` is
-- given out in the transaction that writes the row, under the lock of the row 'feed' of event_heads, so that
-- nothing is ever added behind a reader's cursor. An object without a subject type is in every collection.
CREATE TABLE regulator_feed (
    added INTEGER NOT NULL PRIMARY KEY,
    kind INTEGER NOT NULL,
    object_id BLOB NOT NULL,
    audience TEXT NOT NULL,
    subject_type INTEGER,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    superseded INTEGER,
    content BLOB NOT NULL,
    UNIQUE (object_id, audience, modified)
) STRICT;
CREATE INDEX regulator_feed_by_subject ON regulator_feed (subject_type, added);
INSERT INTO event_heads (scope, seq, hash, at) VALUES
    ('feed', 0, zeroblob(32), 0);
