//! What the brake counts of each publisher.

use lianfang_store::{BrakeDay, NewAlert};

use crate::both::both;
use crate::roster::{alert, put_subjects, subject, telling};
use crate::sample::{at, line, node};

fn seen(day: u64, hits: u64) -> BrakeDay {
    BrakeDay {
        day,
        looked_up: 10,
        hits,
        unfounded: 1,
        grown: 5,
        lookups: 6,
    }
}

both! {
    fn counts_of_a_day_add_up_and_publishers_are_kept_apart(database) {
        let store = database.store();
        let (one, other) = (node("platform-a"), node("platform-b"));
        store.count_brake(&[(one.clone(), seen(7, 2))]).unwrap();
        store.count_brake(&[(one.clone(), seen(7, 3))]).unwrap();
        store.count_brake(&[(one.clone(), seen(8, 1))]).unwrap();
        store.count_brake(&[(other.clone(), seen(7, 9))]).unwrap();
        let both = BrakeDay { day: 7, looked_up: 20, hits: 5, unfounded: 2, grown: 10, lookups: 12 };
        assert_eq!(store.brake_days(&one, 0).unwrap(), [both, seen(8, 1)]);
        assert_eq!(store.brake_days(&one, 8).unwrap(), [seen(8, 1)]);
    }
}

both! {
    fn a_publisher_is_counted_anew_and_old_days_are_forgotten(database) {
        let store = database.store();
        let (one, other) = (node("platform-a"), node("platform-b"));
        for day in [1, 40] {
            store.count_brake(&[(one.clone(), seen(day, 1))]).unwrap();
            store.count_brake(&[(other.clone(), seen(day, 1))]).unwrap();
        }
        store.release(&one, 10, at(100), line(1)).unwrap();
        assert_eq!(store.brake_days(&one, 0).unwrap(), []);
        assert_eq!(store.brake_days(&other, 0).unwrap(), [seen(40, 1)]);
    }
}

both! {
    fn a_hit_found_before_a_release_counts_no_more_when_it_is_confirmed_after_it(database) {
        let store = database.store();
        put_subjects(store, vec![subject("a", &[1]), subject("b", &[1])], at(1)).unwrap();
        let publisher = node("platform-a");
        store.release(&publisher, 0, at(1_000), line(2)).unwrap();
        let seen = || store.roster_hit_by(&publisher, at(0), &telling()).unwrap();
        let found = |number, reference, seconds| NewAlert { found_at: at(seconds), ..alert(number, reference) };
        store.open_alert(&found(1, "a", 10), at(1_001)).unwrap();
        assert_eq!(seen(), 0);
        store.open_alert(&found(2, "b", 1_001), at(1_002)).unwrap();
        assert_eq!(seen(), 1);
    }
}
