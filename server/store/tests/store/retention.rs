//! What is forgotten after its time, and what never is.

use std::time::Duration;

use lianfang_store::{AlertFilter, NewAlert, Opening, Store};
use uuid::Uuid;

use crate::both::both;
use crate::roster::{alert, put_subjects, resolve, subject};
use crate::sample::at;

const LEASE: Duration = Duration::from_secs(60);

/// A run of a job that is done at once.
fn run(store: &Store, job: &str, seconds: u64) {
    let lease = begin(store, job, seconds);
    store
        .finish_job(job, at(seconds), lease, at(seconds), "succeeded", None)
        .unwrap();
}

fn begin(store: &Store, job: &str, seconds: u64) -> Uuid {
    let lease = Uuid::new_v4();
    store
        .claim_job(job, at(seconds), "runner", lease, at(seconds), LEASE)
        .unwrap();
    lease
}

/// Forgets until there is nothing left to forget.
fn forget_runs(store: &Store, before: u64, now: u64) -> usize {
    let batches = std::iter::repeat_with(|| store.forget_job_runs(at(before), at(now)).unwrap());
    batches.take_while(|forgotten| *forgotten > 0).sum()
}

fn last(store: &Store, job: &str, now: u64) -> Option<u64> {
    let run = store.last_finished_job(job, at(now)).unwrap()?;
    Some(run.scheduled_for.since(at(0)).as_secs())
}

both! {
    fn runs_of_jobs_are_forgotten_after_their_time_and_the_last_one_never(database) {
        let store = database.store();
        for seconds in [100, 200, 300, 1_000] {
            run(store, "sync", seconds);
        }
        run(store, "off_since", 100);
        run(store, "off_since", 150);
        assert_eq!(forget_runs(store, 50, 2_000), 0);
        // 100, 200 and 300, and one of the job that is off; the leases of those had ended by then.
        assert_eq!(forget_runs(store, 900, 2_000), 4);
        assert_eq!(last(store, "sync", 2_000), Some(1_000));
        assert_eq!(last(store, "sync", 999), None);
        assert_eq!(last(store, "off_since", 2_000), Some(150));
    }
}

both! {
    fn a_run_that_is_under_way_or_that_the_next_one_hangs_on_stays_whatever_the_clock_did(database) {
        let store = database.store();
        run(store, "sync", 100);
        // The clock was ahead for this one, and is right again.
        run(store, "sync", 90_000);
        begin(store, "sync", 880);
        assert_eq!(forget_runs(store, 900, 1_000), 0);
        assert_eq!(last(store, "sync", 1_000), Some(100));
        assert_eq!(last(store, "sync", 100_000), Some(90_000));
    }
}

both! {
    fn what_a_dead_runner_left_goes_with_the_others(database) {
        let store = database.store();
        begin(store, "sync", 100);
        run(store, "sync", 800);
        assert_eq!(forget_runs(store, 900, 1_000), 1);
        assert_eq!(last(store, "sync", 1_000), Some(800));
    }
}

/// An alert about an entry of its own.
fn about(number: u128) -> NewAlert {
    NewAlert {
        entry_id: Uuid::from_u128(number),
        ..alert(number, "shop")
    }
}

fn present(store: &Store) -> Vec<u128> {
    let page = store.alerts_page(&AlertFilter::default(), 0, 1_000).unwrap();
    page.iter().map(|(row, _)| row.id.as_u128()).collect()
}

both! {
    fn ended_alerts_are_forgotten_after_their_time_open_ones_never(database) {
        let store = database.store();
        put_subjects(store, vec![subject("shop", &[1])], at(0)).unwrap();
        for number in 1..=3 {
            store.open_alert(&about(number), at(1)).unwrap();
        }
        // Both end five seconds in.
        resolve(store, 1);
        resolve(store, 3);
        assert_eq!(store.forget_alerts(at(5)).unwrap(), 0);
        assert_eq!(store.forget_alerts(at(6)).unwrap(), 2);
        assert_eq!(present(store), [2]);
        assert_eq!(store.forget_alerts(at(1_000_000)).unwrap(), 0);
    }
}

both! {
    fn what_was_cleared_stays_cleared_and_no_sequence_is_given_twice(database) {
        let store = database.store();
        put_subjects(store, vec![subject("shop", &[1])], at(0)).unwrap();
        store.open_alert(&about(1), at(1)).unwrap();
        resolve(store, 1);
        let newest = store.last_alert_event().unwrap();
        assert_eq!(store.forget_alerts(at(6)).unwrap(), 1);
        assert_eq!(store.last_alert_event().unwrap(), newest);
        let again = NewAlert { entry_id: Uuid::from_u128(1), ..about(9) };
        assert_eq!(store.open_alert(&again, at(7)).unwrap(), Opening::Cleared);
        assert!(matches!(store.open_alert(&about(2), at(7)).unwrap(), Opening::Opened(_)));
        assert_eq!(store.last_alert_event().unwrap(), newest + 1);
    }
}

both! {
    fn more_than_a_batch_goes_in_several(database) {
        let store = database.store();
        put_subjects(store, vec![subject("shop", &[1])], at(0)).unwrap();
        for number in 1..=501 {
            store.open_alert(&about(number), at(1)).unwrap();
            resolve(store, number);
        }
        assert_eq!(store.forget_alerts(at(6)).unwrap(), 500);
        assert_eq!(store.forget_alerts(at(6)).unwrap(), 1);
        assert_eq!(present(store), []);
    }
}
