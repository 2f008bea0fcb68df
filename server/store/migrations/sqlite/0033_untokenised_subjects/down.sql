-- What is looked through once more does no harm.
SELECT 1;
