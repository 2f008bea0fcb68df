-- How far ahead of this node's clock the peer's was when it last answered; negative when behind.
ALTER TABLE peer_status ADD COLUMN clock_offset_micros INTEGER;
