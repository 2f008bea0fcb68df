//! What a publisher's quota of digests is held against.

use lianfang_store::{Adoption, HeadRow};

use crate::both::both;
use crate::sample::{at, head, list, node};

const HOUR: u64 = 3_600;

both! {
    fn digests_that_were_taken_over_count_for_a_day_and_those_that_were_known_don_t(database) {
        let store = database.store();
        let (all, de) = (list("platform-a", "all"), list("platform-a", "de"));
        let a = node("platform-a");
        assert_eq!(store.digests_taken(&a, at(0)), Ok(0));
        store.adopt_heads(vec![head(&all, 1), head(&all, 2)], at(0)).unwrap();
        store.adopt_heads(vec![head(&de, 1)], at(HOUR)).unwrap();
        store.adopt_heads(vec![head(&list("platform-b", "all"), 1)], at(0)).unwrap();
        assert_eq!(store.adopt_heads(vec![head(&all, 2)], at(HOUR)).unwrap(), Adoption::Known);
        let forked = HeadRow { head_hash: [9; 32], ..head(&all, 1) };
        store.adopt_heads(vec![forked, head(&all, 3)], at(HOUR)).unwrap();
        assert_eq!(store.digests_taken(&a, at(HOUR)), Ok(3));
        assert_eq!(store.digests_taken(&a, at(23 * HOUR)), Ok(3));
        assert_eq!(store.digests_taken(&a, at(24 * HOUR)), Ok(1));
        assert_eq!(store.digests_taken(&a, at(25 * HOUR)), Ok(0));
        store.adopt_heads(vec![head(&all, 3)], at(25 * HOUR)).unwrap();
        assert_eq!(store.digests_taken(&a, at(25 * HOUR)), Ok(1));
    }
}

both! {
    fn digests_that_a_clock_far_ahead_has_counted_count_no_longer(database) {
        let store = database.store();
        let list = list("platform-a", "all");
        store.adopt_heads(vec![head(&list, 1)], at(1_000 * HOUR)).unwrap();
        assert_eq!(store.digests_taken(&node("platform-a"), at(0)), Ok(0));
    }
}
