DROP TABLE brake_days;
