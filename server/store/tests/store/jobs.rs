//! Runs of jobs: one runner among replicas, no overlap, whatever the clock did.

use std::time::Duration;

use lianfang_store::{Claim, Store, StoreError};
use uuid::Uuid;

use crate::both::both;
use crate::sample::{at, race};

const LEASE: Duration = Duration::from_secs(60);

fn claim(store: &Store, runner: u128, seconds: u64) -> Claim {
    let token = Uuid::from_u128(runner);
    store
        .claim_job(
            "digest",
            at(0),
            &format!("runner-{runner}"),
            token,
            at(seconds),
            LEASE,
        )
        .unwrap()
}

fn finish(store: &Store, runner: u128, seconds: u64) -> Result<(), StoreError> {
    store.finish_job(
        "digest",
        at(0),
        Uuid::from_u128(runner),
        at(seconds),
        "done",
        Some("3 lists"),
    )
}

both! {
    fn of_several_runners_one_wins_a_job(database) {
        let claims = race(|runner| claim(database.store(), runner, 0));
        assert_eq!(claims.iter().filter(|claim| **claim == Claim::Won).count(), 1);
        assert_eq!(claims.iter().filter(|claim| matches!(claim, Claim::Running(_))).count(), 7);
    }
}

both! {
    fn a_lease_that_ran_out_is_taken_over_once_and_its_old_holder_cannot_finish(database) {
        let store = database.store();
        assert_eq!(claim(store, 1, 0), Claim::Won);
        assert!(matches!(claim(store, 2, 59), Claim::Running(run) if run.runner == "runner-1"));
        let claims = race(|runner| claim(store, runner + 10, 60));
        assert_eq!(claims.iter().filter(|claim| **claim == Claim::Won).count(), 1);
        assert_eq!(finish(store, 1, 61), Err(StoreError::Conflict));
        assert_eq!(store.renew_job("digest", at(0), Uuid::from_u128(1), at(99)), Err(StoreError::Conflict));
    }
}

both! {
    fn a_renewed_lease_holds_longer(database) {
        let store = database.store();
        claim(store, 1, 0);
        store.renew_job("digest", at(0), Uuid::from_u128(1), at(119)).unwrap();
        assert!(matches!(claim(store, 2, 118), Claim::Running(_)));
        assert_eq!(claim(store, 2, 119), Claim::Won);
    }
}

both! {
    fn a_finished_run_stays_finished_and_is_remembered(database) {
        let store = database.store();
        assert_eq!(store.last_finished_job("digest", at(9_999)).unwrap(), None);
        claim(store, 1, 0);
        finish(store, 1, 5).unwrap();
        assert_eq!(finish(store, 1, 6), Err(StoreError::Conflict));
        let Claim::Finished(run) = claim(store, 2, 999) else { panic!("ran twice") };
        assert_eq!((run.finished, run.outcome.as_deref()), (Some(at(5)), Some("done")));
        let token = Uuid::from_u128(3);
        store.claim_job("digest", at(60), "runner-3", token, at(60), LEASE).unwrap();
        assert_eq!(store.last_finished_job("digest", at(9_999)).unwrap(), Some(run));
        assert_eq!(store.last_finished_job("sync", at(9_999)).unwrap(), None);
    }
}

/// Asks for the run of `scheduled` at `now`, in seconds.
fn claim_run(store: &Store, runner: u128, scheduled: u64, now: u64) -> Claim {
    let token = Uuid::from_u128(runner);
    store
        .claim_job("digest", at(scheduled), "runner", token, at(now), LEASE)
        .unwrap()
}

both! {
    fn a_run_does_not_begin_while_another_of_its_job_is_under_way(database) {
        let store = database.store();
        assert_eq!(claim_run(store, 1, 0, 0), Claim::Won);
        assert!(matches!(claim_run(store, 2, 30, 30), Claim::Running(run) if run.scheduled_for == at(0)));
        store.finish_job("digest", at(0), Uuid::from_u128(1), at(31), "done", None).unwrap();
        assert_eq!(claim_run(store, 2, 30, 31), Claim::Won);
    }
}

both! {
    fn of_runs_for_different_times_that_are_asked_for_at_once_one_begins(database) {
        let claims = race(|runner| {
            let scheduled = u64::try_from(runner).unwrap();
            claim_run(database.store(), runner, scheduled, 10)
        });
        assert_eq!(claims.iter().filter(|claim| **claim == Claim::Won).count(), 1);
    }
}

both! {
    fn a_run_that_its_runner_left_is_made_up_for_by_the_next_one(database) {
        let store = database.store();
        assert_eq!(claim_run(store, 1, 0, 0), Claim::Won);
        assert_eq!(claim_run(store, 2, 60, 60), Claim::Won);
    }
}

both! {
    fn a_lease_of_a_clock_that_was_ahead_holds_nobody_up_once_it_is_right(database) {
        let store = database.store();
        assert_eq!(claim_run(store, 1, 1_000_000, 1_000_000), Claim::Won);
        assert_eq!(claim_run(store, 2, 0, 0), Claim::Won);
    }
}

both! {
    fn what_ran_while_the_clock_was_ahead_is_not_the_last_run_once_it_is_right(database) {
        let store = database.store();
        claim(store, 1, 0);
        finish(store, 1, 5).unwrap();
        claim_run(store, 2, 1_000_000, 1_000_000);
        store.finish_job("digest", at(1_000_000), Uuid::from_u128(2), at(1_000_001), "done", None).unwrap();
        let last = |now| store.last_finished_job("digest", at(now)).unwrap().unwrap().scheduled_for;
        assert_eq!((last(10), last(1_000_002)), (at(0), at(1_000_000)));
    }
}

both! {
    fn what_ran_while_the_clock_was_ahead_is_forgotten_and_runs_again_when_its_time_has_come(database) {
        let store = database.store();
        for (runner, scheduled) in [(1, 0), (2, 600), (3, 601)] {
            claim_run(store, runner, scheduled, scheduled);
            store.finish_job("digest", at(scheduled), Uuid::from_u128(runner), at(scheduled), "done", None).unwrap();
        }
        claim_run(store, 4, 700, 700);
        store.forget_job_runs_beyond("sync", at(0)).unwrap();
        store.forget_job_runs_beyond("digest", at(600)).unwrap();
        assert_eq!(store.last_finished_job("digest", at(9_999)).unwrap().unwrap().scheduled_for, at(600));
        assert!(matches!(claim_run(store, 5, 700, 701), Claim::Running(_)), "one that is under way stays");
        assert_eq!(claim_run(store, 6, 601, 9_999), Claim::Won);
    }
}
