//! Two processes of four writers each, while a reader polls.

use std::convert::Infallible;
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use lianfang_store::{DatabaseSettings, EntryRow, EventRow, Store};

use crate::both::both;
use crate::sample::{Hashing, WITHDRAWN, assert_chain, at, audience, entry, in_audience, local, to_state};

const URL: &str = "LIANFANG_TEST_WRITE_TO";
const WRITERS: usize = 4;
const ROUNDS: usize = 12;
/// A round writes three entries and changes one.
const EVENTS: u64 = (2 * WRITERS * ROUNDS * 4) as u64;

both! {
    fn eight_writers_in_two_processes_are_read_once_each_in_order_without_a_gap(database) {
        let store = open(&database.settings().url);
        let mut other = spawn_process(&database.settings().url);
        let finished = AtomicBool::new(false);
        let events = thread::scope(|scope| {
            let reader = scope.spawn(|| poll_until(&finished, &store));
            let written = catch_unwind(AssertUnwindSafe(|| write_as("parent", &store)));
            let status = other.wait();
            finished.store(true, Ordering::Release);
            written.unwrap();
            assert!(status.unwrap().success());
            reader.join().unwrap()
        });
        assert_eq!(events.len() as u64, EVENTS);
        assert_chain(&events);
        assert_eq!(database.store().event_head().unwrap().seq, EVENTS);
        for name in ["all", "de"] {
            let feed = database.store().status_after(&audience(name), 0, usize::MAX).unwrap();
            let sequence: Vec<u64> = feed.iter().map(|item| item.audience_seq).collect();
            assert_eq!(sequence, (1..=sequence.len() as u64).collect::<Vec<_>>(), "{name}");
            assert!(sequence.len() >= 2 * WRITERS * ROUNDS, "{name}");
        }
    }
}

#[test]
#[ignore = "the second process of the test above"]
fn second_process() {
    write_as(
        "child",
        &Store::open(&DatabaseSettings::new(env::var(URL).unwrap())).unwrap(),
    );
}

/// Patient enough that nobody may be told busy: a writer waits for its turn.
fn open(url: &str) -> Store {
    let patience = Duration::from_secs(60);
    Store::open(&DatabaseSettings {
        connections: 8,
        patience,
        ..DatabaseSettings::new(url)
    })
    .unwrap()
}

fn spawn_process(url: &str) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "writers::second_process", "--ignored"])
        .env(URL, url)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Reads with its own cursor until the writers have finished and nothing is left; each page must continue exactly
/// where the last one ended.
fn poll_until(finished: &AtomicBool, store: &Store) -> Vec<EventRow> {
    let mut read = Vec::new();
    loop {
        let last_time = finished.load(Ordering::Acquire);
        let cursor = read.len() as u64;
        let page = store.events_after(cursor, 7).unwrap();
        if page.is_empty() && last_time {
            return read;
        }
        for (event, expected) in page.iter().zip(cursor + 1..) {
            assert_eq!(event.seq, expected);
        }
        read.extend(page);
    }
}

fn write_as(process: &str, store: &Store) {
    let start = Barrier::new(WRITERS);
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            let start = &start;
            scope.spawn(move || {
                start.wait();
                for round in 0..ROUNDS {
                    write_round(store, &format!("{process}-{writer}-{round}"));
                }
            });
        }
    });
}

fn write_round(store: &Store, name: &str) {
    let batch = [
        entry(&format!("{name}-a")),
        in_audience("de", entry(&format!("{name}-b"))),
        local(entry(&format!("{name}-c"))),
    ];
    store.create_entries(batch.to_vec(), at(0), &Hashing).unwrap();
    let withdraw = |row: &EntryRow| Ok::<_, Infallible>(to_state(row, WITHDRAWN));
    store
        .update_entry(batch[0].id, Some(1), at(0), withdraw, &Hashing)
        .unwrap();
}
