DROP TABLE entry_tokens;
DROP TABLE event_heads;
DROP TABLE event_payloads;
DROP TABLE events;
DROP TABLE entries;
