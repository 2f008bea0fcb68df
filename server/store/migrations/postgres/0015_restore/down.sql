DROP TABLE recovered_lists;
DROP TABLE recovered_status;
DROP TABLE incarnation_grants;
