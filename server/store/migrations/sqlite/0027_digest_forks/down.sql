DROP TABLE digest_forks;
