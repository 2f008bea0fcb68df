//! A write that doesn't come to its end leaves nothing.

use std::convert::Infallible;
use std::env;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, Stdio, abort};
use std::time::Duration;

use lianfang_store::testing::{Backend, TestDatabase};
use lianfang_store::{
    Created, DatabaseSettings, EntryFilter, EntryRow, EventCommitment, EventDraft, EventSealer,
    EventSignature, SealingError, Store, StoreError,
};

use uuid::Uuid;

use crate::both::both;
use crate::sample::{Hashing, Refusing, WITHDRAWN, at, entry, event, to_state};

const URL: &str = "LIANFANG_TEST_DIE_IN";

fn assert_untouched(store: &Store) {
    assert_eq!(store.event_head().unwrap().seq, 0);
    assert!(store.events_after(0, 9).unwrap().is_empty());
    assert!(
        store
            .entries_page(&EntryFilter::default(), 0, 9)
            .unwrap()
            .is_empty()
    );
    let new = entry("afterwards");
    let created = store.create_entries(vec![new.clone()], at(0), &Hashing).unwrap();
    assert_eq!(created, [Created::New { id: new.id, seq: 1 }]);
}

both! {
    fn an_event_that_is_not_sealed_takes_its_whole_batch_back(database) {
        for sealer in [Refusing::Commit("case-3"), Refusing::Sign("case-3")] {
            let batch = [1, 2, 3].map(|number| entry(&format!("case-{number}")));
            let outcome = database.store().create_entries(batch.to_vec(), at(0), &sealer);
            assert_eq!(outcome, Err(StoreError::Sealing));
        }
        assert_untouched(database.store());
    }
}

both! {
    fn a_large_batch_is_taken_back_when_one_of_its_signers_refuses(database) {
        let batch: Vec<_> = (0..100).map(|number| entry(&format!("case-{number}"))).collect();
        let outcome = database.store().create_entries(batch, at(0), &Refusing::Sign("case-70"));
        assert_eq!(outcome, Err(StoreError::Sealing));
        assert_untouched(database.store());
    }
}

both! {
    fn a_process_killed_inside_its_transaction_leaves_nothing(database) {
        let status = Command::new(env::current_exe().unwrap())
            .args(["--exact", "failures::die_while_writing", "--ignored"])
            .env(URL, &database.settings().url)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        assert!(!status.success());
        assert_eq!(status.code(), None, "the process was killed");
        assert_untouched(database.store());
    }
}

#[test]
#[ignore = "the process that the test above kills"]
fn die_while_writing() {
    let store = Store::open(&DatabaseSettings::new(env::var(URL).unwrap())).unwrap();
    store
        .create_entries(vec![entry("case-1"), entry("case-2")], at(0), &DyingOn(2))
        .unwrap();
}

struct DyingOn(u64);

impl EventSealer for DyingOn {
    fn commit(&self, draft: &EventDraft<'_>) -> Result<EventCommitment, SealingError> {
        if draft.seq == self.0 {
            abort()
        } else {
            Hashing.commit(draft)
        }
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
    fn a_panic_inside_a_transaction_leaves_nothing_and_a_working_store(database) {
        let store = database.store();
        let id = entry("case-1").id;
        store.create_entries(vec![lianfang_store::NewEntry { id, ..entry("case-1") }], at(0), &Hashing).unwrap();
        let panicking = |_: &EntryRow| -> Result<lianfang_store::EntryUpdate, Infallible> { panic!("on purpose") };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            store.update_entry(id, None, at(1), panicking, &Hashing)
        }));
        assert!(outcome.is_err());
        let row = store
            .update_entry(id, Some(1), at(2), |row| Ok::<_, Infallible>(to_state(row, WITHDRAWN)), &Hashing)
            .unwrap();
        assert_eq!((row.revision, row.last_seq), (2, 2));
    }
}

both! {
    /// Breaks each durable write of a creation and of an update in turn.
    fn whichever_statement_fails_none_of_the_others_stays(database) {
        for (table, operation) in
            [("entries", "INSERT"), ("events", "INSERT"), ("event_payloads", "INSERT"), ("event_heads", "UPDATE")]
        {
            database.execute(&failing_trigger(database, table, operation));
            let outcome = database.store().create_entries(vec![entry("case-1")], at(0), &Hashing);
            assert!(outcome.is_err(), "{table}");
            database.execute(&dropped_trigger(database, table));
            assert_eq!(database.store().event_head().unwrap().seq, 0, "{table}");
            assert_eq!(database.store().audience_head(&"all".parse().unwrap()).unwrap(), 0, "{table}");
            assert!(database.store().events_after(0, 9).unwrap().is_empty(), "{table}");
            assert_eq!(database.store().event_payload(1), Err(StoreError::NotFound), "{table}");
        }
        assert_untouched(database.store());
        let row = database.store().entry_by_reference("afterwards").unwrap();
        for (table, operation) in
            [("entries", "UPDATE"), ("events", "INSERT"), ("event_payloads", "INSERT"), ("event_heads", "UPDATE")]
        {
            database.execute(&failing_trigger(database, table, operation));
            let change = |row: &EntryRow| Ok::<_, Infallible>(to_state(row, WITHDRAWN));
            assert!(database.store().update_entry(row.id, None, at(1), change, &Hashing).is_err(), "{table}");
            database.execute(&dropped_trigger(database, table));
            assert_eq!(database.store().entry(row.id).unwrap(), row, "{table}");
            assert_eq!(database.store().entry_events(row.id).unwrap().len(), 1, "{table}");
            assert_eq!(database.store().event_head().unwrap().seq, 1, "{table}");
        }
    }
}

fn failing_trigger(database: &TestDatabase, table: &str, operation: &str) -> String {
    match database.backend() {
        Backend::Sqlite => format!(
            "CREATE TRIGGER broken BEFORE {operation} ON {table} BEGIN SELECT RAISE(ABORT, 'broken'); END"
        ),
        Backend::Postgres => format!(
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$;
             CREATE TRIGGER broken BEFORE {operation} ON {table} FOR EACH ROW EXECUTE FUNCTION broken()"
        ),
    }
}

fn dropped_trigger(database: &TestDatabase, table: &str) -> String {
    match database.backend() {
        Backend::Sqlite => "DROP TRIGGER broken".to_owned(),
        Backend::Postgres => format!("DROP TRIGGER broken ON {table}; DROP FUNCTION broken()"),
    }
}

both! {
    /// The sealer holds the chain's lock while it tries to write through another connection.
    fn a_writer_that_finds_the_lock_taken_is_told_busy(database) {
        // As long as a crowded server may take to open a connection.
        let settings =
            DatabaseSettings { patience: Duration::from_secs(2), ..database.settings().clone() };
        let other = Store::open(&settings).unwrap();
        let batch = vec![entry("case-1")];
        database.store().create_entries(batch, at(0), &WritingThrough(&other)).unwrap();
        assert_eq!(database.store().event_head().unwrap().seq, 1);
    }
}

struct WritingThrough<'a>(&'a Store);

impl EventSealer for WritingThrough<'_> {
    fn commit(&self, draft: &EventDraft<'_>) -> Result<EventCommitment, SealingError> {
        let outcome = self.0.create_entries(vec![entry("case-2")], at(0), &Hashing);
        assert_eq!(outcome, Err(StoreError::Busy));
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

#[test]
fn a_database_that_cannot_be_reached_is_unavailable() {
    for url in [
        "sqlite:/nonexistent/store.db",
        "postgres://nobody@127.0.0.1:1/none",
    ] {
        let settings = DatabaseSettings {
            patience: Duration::from_millis(50),
            ..DatabaseSettings::new(url)
        };
        assert_eq!(
            Store::open(&settings).err(),
            Some(StoreError::Unavailable),
            "{url}"
        );
    }
    let unknown = DatabaseSettings::new("mysql://host/name");
    assert_eq!(Store::open(&unknown).err(), Some(StoreError::Url));
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = std::env::temp_dir().join(uuid::Uuid::new_v4().simple().to_string());
    std::fs::create_dir(&folder).unwrap();
    let path = folder.join("store.db");
    std::fs::write(&path, [7; 4096]).unwrap();
    let settings = DatabaseSettings {
        patience: Duration::from_millis(50),
        ..DatabaseSettings::new(format!("sqlite:{}", path.display()))
    };
    assert!(Store::open(&settings).is_err());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn settings_show_no_password() {
    let shown = format!("{:?}", DatabaseSettings::new("postgres://user:secret@host/name"));
    assert!(!shown.contains("secret"), "{shown}");
}

both! {
    fn what_no_longer_parses_is_reported_as_corrupt(database) {
        let new = entry("case-1");
        database.store().create_entries(vec![new.clone()], at(0), &Hashing).unwrap();
        database.execute("UPDATE entries SET audience = 'Not An Audience'");
        assert_eq!(database.store().entry(new.id), Err(StoreError::Corrupt));
        let update = database.store().update_entry(
            new.id,
            None,
            at(1),
            |row| Ok::<_, Infallible>(lianfang_store::EntryUpdate::of(row, event("change"))),
            &Hashing,
        );
        assert!(matches!(update, Err(lianfang_store::UpdateError::Store(StoreError::Corrupt))));
    }
}
