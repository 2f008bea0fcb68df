DELETE FROM event_heads WHERE scope = 'feed';
DROP TABLE regulator_feed;
