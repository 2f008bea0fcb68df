use crate::both::both;

both! {
    fn a_migrated_store_answers(database) {
        assert_eq!(database.store().ping(), Ok(()));
        assert_eq!(database.store().needs_migration(), Ok(false));
    }
}
