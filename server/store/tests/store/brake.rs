//! What the brake counts of each publisher.

use lianfang_store::{BrakeDay, HitRow, NewAlert};

use crate::both::both;
use crate::roster::{alert, hit, put_subjects, subject, telling};
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

both! {
    fn what_a_clock_ahead_has_found_counts_no_more_after_a_release(database) {
        let store = database.store();
        put_subjects(store, vec![subject("a", &[1]), subject("b", &[1])], at(1)).unwrap();
        let (publisher, other) = (node("platform-a"), node("platform-b"));
        let found = |number, reference| NewAlert { found_at: at(9_000), ..alert(number, reference) };
        store.open_alert(&found(1, "a"), at(9_001)).unwrap();
        let waiting = HitRow { found_at: at(9_000), ..hit("b", "platform-a", 0) };
        store.queue_hits(&[waiting]).unwrap();
        let seen = || store.roster_hit_by(&publisher, at(0), &telling()).unwrap();
        store.release(&other, 0, at(1_000), line(1)).unwrap();
        assert_eq!(seen(), 2);
        store.release(&publisher, 0, at(1_000), line(2)).unwrap();
        assert_eq!(seen(), 0);
        store.queue_hits(&[HitRow { found_at: at(1_001), ..hit("b", "platform-a", 0) }]).unwrap();
        assert_eq!(seen(), 0, "it waits since before");
    }
}

both! {
    fn no_alert_comes_of_a_hit_that_was_found_after_it(database) {
        let store = database.store();
        put_subjects(store, vec![subject("a", &[1])], at(1)).unwrap();
        store.open_alert(&NewAlert { found_at: at(9_000), ..alert(1, "a") }, at(10)).unwrap();
        let seen = |since| store.roster_hit_by(&node("platform-a"), at(since), &telling()).unwrap();
        assert_eq!([seen(9), seen(10)], [1, 0]);
    }
}
