-- Who did what to what, why, and how it ended. A screening is its own line: that it was made, by whom, for what and with
-- which outcome is written once. Lines about screenings in audit_log are older, and each has its screening.
CREATE VIEW audit_trail AS
SELECT id, at, actor, action, object, purpose, outcome FROM audit_log WHERE action <> 'screen'
UNION ALL
SELECT id, created_at, actor, 'screen',
    substr(encode(id, 'hex'), 1, 8) || '-' || substr(encode(id, 'hex'), 9, 4) || '-' || substr(encode(id, 'hex'), 13, 4) || '-' ||
        substr(encode(id, 'hex'), 17, 4) || '-' || substr(encode(id, 'hex'), 21, 12),
    CASE purpose WHEN 1 THEN 'onboarding' WHEN 2 THEN 'offer_publication' WHEN 3 THEN 'payout'
        WHEN 4 THEN 'periodic_review' ELSE 'other' END,
    CASE verdict WHEN 1 THEN 'clear' WHEN 2 THEN 'review' WHEN 3 THEN 'block' ELSE 'other' END
FROM screenings;
-- Nothing is looked for by reference.
DROP INDEX screenings_by_reference;
CREATE INDEX screenings_by_time ON screenings (created_at, id);
