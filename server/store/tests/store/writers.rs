//! Two processes of four writers each, while a reader polls.

use std::convert::Infallible;
use std::env;
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::thread;

use lianfang_store::{DatabaseSettings, EntryRow, EventRow, NewEntry, Store, StoreError, UpdateError};

use crate::both::both;
use crate::sample::{Hashing, WITHDRAWN, assert_chain, at, audience, entry, in_audience, local, to_state};

const URL: &str = "LIANFANG_TEST_WRITE_TO";
const WRITERS: usize = 4;
const ROUNDS: usize = 12;
/// A round writes three entries and changes one.
const EVENTS: u64 = (2 * WRITERS * ROUNDS * 4) as u64;

both! {
    fn eight_writers_in_two_processes_are_read_once_each_in_order_without_a_gap(database) {
        let mut other = spawn_process(&database.settings().url);
        let events = thread::scope(|scope| {
            let reader = scope.spawn(|| poll_all(database.store()));
            write_as("parent", database.store());
            reader.join().unwrap()
        });
        assert!(other.wait().unwrap().success());
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

fn spawn_process(url: &str) -> Child {
    Command::new(env::current_exe().unwrap())
        .args(["--exact", "writers::second_process", "--ignored"])
        .env(URL, url)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// Reads with its own cursor until every event is there; each page must continue exactly where the last ended.
fn poll_all(store: &Store) -> Vec<EventRow> {
    let mut read = Vec::new();
    while (read.len() as u64) < EVENTS {
        let cursor = read.len() as u64;
        let page = patiently(|| store.events_after(cursor, 7));
        for (event, expected) in page.iter().zip(cursor + 1..) {
            assert_eq!(event.seq, expected);
        }
        read.extend(page);
    }
    read
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
    patiently(|| store.create_entries(batch.to_vec(), at(0), &Hashing));
    let withdraw = |row: &EntryRow| Ok::<_, Infallible>(to_state(row, WITHDRAWN));
    let NewEntry { id, .. } = batch[0];
    patiently(|| {
        store
            .update_entry(id, Some(1), at(0), withdraw, &Hashing)
            .map_err(|error| match error {
                UpdateError::Store(error) => error,
                other => panic!("{other:?}"),
            })
    });
}

/// Busy is an answer like any other: nothing was written, ask again.
fn patiently<T>(mut call: impl FnMut() -> Result<T, StoreError>) -> T {
    loop {
        match call() {
            Err(StoreError::Busy) => {}
            outcome => return outcome.unwrap(),
        }
    }
}
