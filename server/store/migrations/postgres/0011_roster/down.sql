DROP TABLE alert_events;
DROP TABLE cleared_hits;
DROP TABLE alert_matches;
DROP TABLE alerts;
DROP TABLE roster_hits;
DROP TABLE monitored_tokens;
DROP TABLE monitored_subjects;
