-- Tokens that were looked up in a publisher's lists, for each list: so many wrong hits as these explain are nobody's fault.
ALTER TABLE brake_days ADD COLUMN lookups BIGINT NOT NULL DEFAULT 0;
