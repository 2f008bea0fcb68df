DROP TABLE brake_releases;
