DROP TABLE invites;
DROP TABLE node_meta;
DROP TABLE key_descriptors_seen;
DROP TABLE memberships;
