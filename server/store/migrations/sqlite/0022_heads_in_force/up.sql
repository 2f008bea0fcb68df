-- Superseded heads stay until they expire, a thousand for each that counts: what is asked for must not be looked for
-- among them.
CREATE INDEX digest_heads_in_force ON digest_heads (in_force, publisher, audience, subject_type, epoch);
CREATE INDEX digest_heads_by_length ON digest_heads (live, body_length);
