DROP INDEX digest_heads_by_length;
DROP INDEX digest_heads_in_force;
