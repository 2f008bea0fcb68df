//! The n-th statement fails, for every n: what a transaction does is there as a whole or not at all.

use std::fmt::Debug;
use std::time::Duration;

use lianfang_store::{AlertFilter, AlertMatch, AlertRow, BudgetRate, NewAlert, Purse, Store, StoreError};
use uuid::Uuid;

use crate::both::both;
use crate::forks::fork;
use crate::roster::{alert, put_subjects, resolve, subject};
use crate::sample::{at, line, node};

/// No transaction here has as many statements.
const MOST: u64 = 100;
/// One element a second.
const RATE: BudgetRate = BudgetRate {
    capacity: 10,
    per_day: 86_400,
};

/// What is done in one round, about things of its own.
struct Round<'a, T> {
    change: Box<dyn Fn() -> Result<(), StoreError> + 'a>,
    /// What the change is about, as it is now.
    state: Box<dyn Fn() -> T + 'a>,
    done: T,
}

/// Lets each statement of the change fail in turn.
fn whole_or_not_at_all<'a, T: PartialEq + Debug>(store: &'a Store, round: impl Fn(u64) -> Round<'a, T>) {
    for n in 1.. {
        assert!(n < MOST, "no end");
        let Round { change, state, done } = round(n);
        let before = state();
        assert_ne!(before, done, "statement {n}");
        store.fail_statement(n);
        let told = change();
        let reached = store.stop_failing();
        let now = state();
        // The answer to a commit may be lost, and is the last that can fail.
        assert!(
            now == done || told.is_err() && now == before,
            "statement {n}: {now:?}"
        );
        if !reached {
            told.unwrap();
            break;
        }
        if now == before {
            change().unwrap();
            assert_eq!(state(), done, "after statement {n}");
        }
    }
}

/// The alerts about a subject, with what was matched and how many changes are told of.
fn alerts_of(store: &Store, reference: &str) -> Vec<(AlertRow, Vec<AlertMatch>, usize)> {
    let page = store.alerts_page(&AlertFilter::default(), 0, 1_000).unwrap();
    let told = store.alert_events_after(0, 1_000).unwrap();
    let of_subject = page
        .into_iter()
        .filter(|(row, _)| row.client_reference == reference);
    let with_events = of_subject.map(|(row, matches)| {
        let events = told.iter().filter(|event| event.alert_id == row.id).count();
        (row, matches, events)
    });
    with_events.collect()
}

fn of_round(n: u64, number: u128) -> u128 {
    u128::from(n) * 10 + number
}

both! {
    fn a_batch_of_subjects_is_watched_as_a_whole_with_its_audit_line_or_as_before(database) {
        let store = database.store();
        whole_or_not_at_all(store, |n| {
            let references = [1, 2, 3].map(|number| format!("shop-{n}-{number}"));
            // The first two are known; the alert of the first rests on a form that it is about to lose.
            let known = [subject(&references[0], &[1, 2]), subject(&references[1], &[3])];
            put_subjects(store, known.to_vec(), at(0)).unwrap();
            let open = NewAlert { entry_id: Uuid::from_u128(of_round(n, 0)), ..alert(of_round(n, 1), &references[0]) };
            store.open_alert(&open, at(1)).unwrap();
            let (changed, seen, told) = (references.clone(), references, line(of_round(n, 2)));
            let expected = told.clone();
            let change = move || {
                let batch = changed.iter().map(|reference| subject(reference, &[4, 5, 6])).collect();
                store.put_subjects(batch, |_, left| !left.is_empty(), at(2), told.clone())
            };
            let state = move || {
                let tokens = store.tokens_of_subjects(&seen).unwrap();
                let forms: Vec<_> = tokens.iter().map(|token| token.form[0]).collect();
                let hashes: Vec<_> = store.monitored_subjects(&seen).unwrap().iter().map(|row| row.content_hash[0]).collect();
                let open = alerts_of(store, &seen[0]).iter().filter(|(row, ..)| row.ended_at.is_none()).count();
                (forms, hashes, open, store.audit_page(at(0), None, usize::MAX).unwrap().contains(&expected))
            };
            let done = ([4, 5, 6].repeat(3), vec![3; 3], 0, true);
            Round { change: Box::new(change), state: Box::new(state), done }
        });
    }
}

both! {
    fn a_subject_leaves_the_roster_with_everything_of_it_and_the_audit_line_or_stays(database) {
        let store = database.store();
        whole_or_not_at_all(store, |n| {
            let reference = format!("shop-{n}");
            put_subjects(store, vec![subject(&reference, &[1])], at(0)).unwrap();
            let open = NewAlert { entry_id: Uuid::from_u128(of_round(n, 0)), ..alert(of_round(n, 1), &reference) };
            store.open_alert(&open, at(1)).unwrap();
            let (told, gone, seen) = (line(of_round(n, 2)), reference.clone(), [reference]);
            let expected = told.clone();
            let state = move || {
                let rows = store.monitored_subjects(&seen).unwrap().len() + store.tokens_of_subjects(&seen).unwrap().len();
                let open = alerts_of(store, &seen[0]).iter().filter(|(row, ..)| row.ended_at.is_none()).count();
                (rows, open, store.audit_page(at(0), None, usize::MAX).unwrap().contains(&expected))
            };
            let change = move || store.delete_subject(&gone, at(2), told.clone());
            Round { change: Box::new(change), state: Box::new(state), done: (0, 0, true) }
        });
    }
}

both! {
    fn ended_alerts_are_forgotten_with_all_that_was_kept_of_them_or_stay(database) {
        let store = database.store();
        whole_or_not_at_all(store, |n| {
            let reference = format!("shop-{n}");
            put_subjects(store, vec![subject(&reference, &[1])], at(0)).unwrap();
            for number in 1..=2 {
                let id = of_round(n, number);
                let ended = NewAlert { entry_id: Uuid::from_u128(id), ..alert(id, &reference) };
                store.open_alert(&ended, at(1)).unwrap();
                resolve(store, id);
            }
            let state = move || alerts_of(store, &reference);
            Round { change: Box::new(|| store.forget_alerts(at(6)).map(drop)), state: Box::new(state), done: Vec::new() }
        });
    }
}

both! {
    fn runs_of_jobs_are_forgotten_of_all_jobs_or_of_none(database) {
        let store = database.store();
        let jobs = ["first", "second"];
        let (old, last) = (100, 1_000);
        let run = |job, seconds| {
            let lease = Uuid::new_v4();
            store.claim_job(job, at(seconds), "runner", lease, at(seconds), Duration::from_secs(60)).unwrap();
            store.finish_job(job, at(seconds), lease, at(seconds), "succeeded", None).unwrap();
        };
        jobs.into_iter().for_each(|job| run(job, last));
        whole_or_not_at_all(store, |n| {
            jobs.into_iter().for_each(|job| run(job, old + n));
            let state = move || jobs.map(|job| store.last_finished_job(job, at(900)).unwrap().is_some());
            Round { change: Box::new(|| store.forget_job_runs(at(900), at(2_000)).map(drop)), state: Box::new(state), done: [false; 2] }
        });
    }
}

both! {
    fn a_proof_of_a_fork_is_kept_with_its_publisher_held_back_or_not_at_all(database) {
        let store = database.store();
        whole_or_not_at_all(store, |n| {
            let publisher = node(&format!("platform-{n}"));
            let proof = lianfang_store::ForkRow { publisher: publisher.clone(), ..fork(1) };
            let state = move || {
                let held_back = store.peers().unwrap().iter().any(|peer| peer.node == publisher && peer.quarantine.is_some());
                (store.forks(&publisher).unwrap().len(), held_back)
            };
            Round { change: Box::new(move || store.prove_fork(proof.clone(), false).map(drop)), state: Box::new(state), done: (1, true) }
        });
    }
}

both! {
    fn a_charge_is_taken_as_a_whole_or_not_at_all(database) {
        let store = database.store();
        let left = |n: u64| store.budget_left(&node(&format!("platform-{n}")), 1, RATE, at(5)).unwrap();
        let charge = |n: u64| store.charge(&node(&format!("platform-{n}")), 1, 3, Purse::Bucket, RATE, at(5)).map(drop);
        whole_or_not_at_all(store, |n| Round { change: Box::new(move || charge(n)), state: Box::new(move || left(n)), done: 7 });
        // After a restore a member's first charge finds its bucket empty since then.
        store.mark_restored(&[], at(0), line(1)).unwrap();
        whole_or_not_at_all(store, |n| {
            let n = n + MOST;
            Round { change: Box::new(move || charge(n)), state: Box::new(move || left(n)), done: 2 }
        });
    }
}
