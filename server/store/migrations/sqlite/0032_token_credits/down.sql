DROP TABLE token_credits;
