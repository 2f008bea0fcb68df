//! A full disk, a database that can't be written, a server that restarts, no free connection: a reason of its own each,
//! nothing half done, and the store goes on by itself when it is over.

use std::sync::Barrier;
use std::time::Duration;

use lianfang_store::testing::{OwnServer, SlowLine, TestDatabase};
use lianfang_store::{
    DatabaseSettings, EntryFilter, EventCommitment, EventDraft, EventSealer, EventSignature, NewEntry,
    SealingError, Store, StoreError,
};
use uuid::Uuid;

use crate::both::both;
use crate::sample::{Hashing, at, entry};

/// More than fits into the pages that a small file has.
fn large_batch(name: &str) -> Vec<NewEntry> {
    (0..200)
        .map(|number| entry(&format!("{name}-{number}")))
        .collect()
}

fn entries(store: &Store) -> usize {
    store
        .entries_page(&EntryFilter::default(), 0, usize::MAX)
        .unwrap()
        .len()
}

fn check_nothing_half_done(store: &Store, expected: usize) {
    assert_eq!(entries(store), expected);
    let events = store.events_after(0, usize::MAX).unwrap();
    assert_eq!(events.len(), expected);
    assert_eq!(store.event_head().unwrap().seq, expected as u64);
}

both! {
    fn a_full_disk_takes_nothing_and_is_forgotten_once_there_is_room(database) {
        let store = database.store();
        store.create_entries(vec![entry("before")], at(0), &Hashing).unwrap();
        database.fill_disk();
        let refused = store.create_entries(large_batch("full"), at(1), &Hashing);
        assert_eq!(refused, Err(StoreError::Full));
        check_nothing_half_done(store, 1);
        database.free_disk();
        store.create_entries(large_batch("full"), at(2), &Hashing).unwrap();
        check_nothing_half_done(store, 201);
    }
}

both! {
    fn what_cannot_be_written_is_still_read(database) {
        let store = database.store();
        store.create_entries(vec![entry("before")], at(0), &Hashing).unwrap();
        database.make_read_only();
        let outcomes: Vec<_> = (0..9).map(|_| store.create_entries(vec![entry("refused")], at(1), &Hashing)).collect();
        // A connection that was cut is noticed by its first use.
        assert_eq!(outcomes.last(), Some(&Err(StoreError::ReadOnly)));
        assert!(outcomes.iter().all(Result::is_err), "{outcomes:?}");
        let read = (0..9).map(|_| store.ping()).filter(Result::is_ok).count();
        assert!(read > 0, "reading goes on");
        database.make_writable();
        let outcome = (0..9).find_map(|_| store.create_entries(vec![entry("afterwards")], at(2), &Hashing).ok());
        assert!(outcome.is_some());
        check_nothing_half_done(store, 2);
    }
}

/// Holds the chain's lock, and with it a connection, until it is told.
struct Holding<'a>(&'a Barrier);

impl EventSealer for Holding<'_> {
    fn commit(&self, draft: &EventDraft<'_>) -> Result<EventCommitment, SealingError> {
        self.0.wait();
        self.0.wait();
        Hashing.commit(draft)
    }

    fn sign(
        &self,
        draft: &EventDraft<'_>,
        commitment: &EventCommitment,
    ) -> Result<EventSignature, SealingError> {
        Hashing.sign(draft, commitment)
    }

    fn feed_object(&self, entry_id: Uuid) -> Uuid {
        Hashing.feed_object(entry_id)
    }
}

both! {
    fn without_a_free_connection_a_call_is_told_busy_and_the_next_one_succeeds(database) {
        let settings = DatabaseSettings {
            connections: 1,
            patience: Duration::from_millis(50),
            ..database.settings().clone()
        };
        let store = Store::open(&settings).unwrap();
        let barrier = Barrier::new(2);
        std::thread::scope(|scope| {
            let held = scope.spawn(|| store.create_entries(vec![entry("held")], at(0), &Holding(&barrier)));
            barrier.wait();
            let refused = store.create_entries(vec![entry("refused")], at(1), &Hashing);
            barrier.wait();
            assert_eq!(refused, Err(StoreError::Busy));
            held.join().unwrap().unwrap();
        });
        store.create_entries(vec![entry("afterwards")], at(2), &Hashing).unwrap();
        check_nothing_half_done(&store, 2);
    }
}

#[test]
fn a_server_that_restarts_is_unavailable_and_then_used_again() {
    let server = OwnServer::new();
    let settings = DatabaseSettings {
        patience: Duration::from_millis(500),
        ..DatabaseSettings::new(server.url())
    };
    let store = Store::open(&settings).unwrap();
    store.migrate().unwrap();
    store
        .create_entries(vec![entry("before")], at(0), &Hashing)
        .unwrap();
    server.stop();
    for _ in 0..6 {
        let refused = store.create_entries(vec![entry("refused")], at(1), &Hashing);
        assert_eq!(refused, Err(StoreError::Unavailable));
    }
    server.start();
    let outcome = (0..20).find_map(|_| {
        store
            .create_entries(vec![entry("afterwards")], at(2), &Hashing)
            .ok()
    });
    assert!(outcome.is_some(), "the store doesn't come back");
    check_nothing_half_done(&store, 2);
}

#[test]
fn a_statement_that_takes_the_server_too_long_is_given_up_and_the_next_one_succeeds() {
    let database = TestDatabase::postgres();
    let settings = DatabaseSettings {
        statement: Duration::from_millis(200),
        ..database.settings().clone()
    };
    let store = Store::open(&settings).unwrap();
    store
        .create_entries(vec![entry("before")], at(0), &Hashing)
        .unwrap();
    database.slow_down();
    let refused = store.create_entries(vec![entry("slow")], at(1), &Hashing);
    assert_eq!(refused, Err(StoreError::Busy));
    check_nothing_half_done(&store, 1);
    database.speed_up();
    store
        .create_entries(vec![entry("slow")], at(2), &Hashing)
        .unwrap();
    check_nothing_half_done(&store, 2);
}

/// Its answers are under way and don't arrive, as on a network that has lost them.
#[test]
fn a_server_that_falls_silent_holds_up_who_asked_it_and_tells_everybody_else_busy() {
    let database = TestDatabase::postgres();
    let line = SlowLine::to(database.settings());
    let settings = DatabaseSettings {
        url: line.url().to_owned(),
        connections: 1,
        patience: Duration::from_millis(50),
        ..database.settings().clone()
    };
    let store = Store::open(&settings).unwrap();
    store
        .create_entries(vec![entry("before")], at(0), &Hashing)
        .unwrap();
    line.hold();
    std::thread::scope(|scope| {
        let held = scope.spawn(|| store.create_entries(vec![entry("held")], at(1), &Hashing));
        line.wait_until_something_is_held();
        let refused = store.create_entries(vec![entry("refused")], at(2), &Hashing);
        assert_eq!(refused, Err(StoreError::Busy));
        line.let_go();
        held.join().unwrap().unwrap();
    });
    store
        .create_entries(vec![entry("afterwards")], at(3), &Hashing)
        .unwrap();
    check_nothing_half_done(&store, 3);
}

both! {
    fn connections_that_were_cut_cost_a_call_each_at_most(database) {
        let store = database.store();
        database.cut_connections();
        let outcome = (0..20).find_map(|number| {
            store.create_entries(vec![entry(&format!("case-{number}"))], at(number), &Hashing).ok()
        });
        assert!(outcome.is_some());
        check_nothing_half_done(store, 1);
    }
}
