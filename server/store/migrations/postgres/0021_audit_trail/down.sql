-- Lines of screenings go where they were before.
INSERT INTO audit_log (id, at, actor, action, object, purpose, outcome)
SELECT id, at, actor, action, object, purpose, outcome FROM audit_trail
WHERE action = 'screen' AND NOT EXISTS (SELECT 1 FROM audit_log l WHERE l.action = 'screen' AND l.object = audit_trail.object);
DROP VIEW audit_trail;
DROP INDEX screenings_by_time;
CREATE INDEX screenings_by_reference ON screenings (client_reference);
