//! Both databases have the same schema, and it comes and goes without a trace.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fs;
use std::path::Path;
use std::thread;

use lianfang_store::backup::is_vacant;
use lianfang_store::testing::{Backend, TestDatabase};
use lianfang_store::{
    AcknowledgementRow, AuditRow, BrakeDay, BudgetRate, EntryRow, IdempotentRequest, NewCredit, NewEntry,
    NewLink, Purse, RecoveredList, ScreeningRow, Store, StoreError,
};
use uuid::Uuid;

use crate::both::both;
use crate::sample::{
    Hashing, WITHDRAWN, at, audience, entry, head, line, list, list_record, node, record, recovered, status,
    to_state, token,
};
use crate::schema;

both! {
    fn a_migrated_store_answers_and_needs_no_more(database) {
        assert_eq!(database.store().ping(), Ok(()));
        assert_eq!(database.store().needs_migration(), Ok(false));
        assert_eq!(database.store().migrate(), Ok(()));
    }
}

/// A backup can still be restored into it.
#[test]
fn an_empty_database_needs_migrations_and_is_empty_after_the_question() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let database = TestDatabase::empty(backend);
        for _ in 0..2 {
            assert_eq!(database.store().needs_migration(), Ok(true), "{backend:?}");
        }
        assert!(is_vacant(&database.settings().url).unwrap(), "{backend:?}");
        database.store().migrate().unwrap();
        assert!(!is_vacant(&database.settings().url).unwrap());
    }
}

#[test]
fn both_databases_have_the_same_columns_defaults_indexes_references_and_views() {
    let [sqlite, postgres] = TestDatabase::each().map(|database| schema::of(&database));
    let missing: Vec<_> = sqlite.symmetric_difference(&postgres).collect();
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(sqlite.contains("entries.due_at number null"), "{sqlite:#?}");
    assert!(
        sqlite.contains("events unique (audience,audience_seq)"),
        "{sqlite:#?}"
    );
    assert!(sqlite.contains("entries (due_at) where"), "{sqlite:#?}");
    for line in [
        "digest_heads.base_sequence number not null default 0",
        "own_links (entry_id) references entries (id), on delete no action",
        "audit_trail shows (id,at,actor,action,object,purpose,outcome)",
    ] {
        assert!(sqlite.contains(line), "{line}: {sqlite:#?}");
    }
}

#[test]
fn both_databases_have_migrations_of_the_same_names() {
    let names = |backend: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(backend);
        let names = fs::read_dir(folder)
            .unwrap()
            .map(|found| found.unwrap().file_name());
        names.collect::<BTreeSet<_>>()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    assert!(!names("sqlite").is_empty());
}

#[test]
fn migrations_go_up_and_down_and_up_again_with_data_in_every_table() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let database = TestDatabase::on(backend);
        let before = schema::of(&database);
        fill(database.store());
        assert_eq!(
            schema::empty_tables(&database),
            Vec::<String>::new(),
            "{backend:?}"
        );
        database.store().revert_all().unwrap();
        assert_eq!(schema::of(&database), BTreeSet::new(), "{backend:?}");
        assert_eq!(database.store().needs_migration(), Ok(true));
        assert!(database.store().event_head().is_err());
        database.store().migrate().unwrap();
        assert_eq!(schema::of(&database), before, "{backend:?}");
        assert_eq!(database.store().event_head().unwrap().seq, 0);
        fill(database.store());
    }
}

#[test]
fn replicas_may_migrate_at_the_same_time() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let database = TestDatabase::empty(backend);
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let store = Store::open(database.settings()).unwrap();
                    store.migrate().unwrap();
                    assert_eq!(store.needs_migration(), Ok(false));
                });
            }
        });
    }
}

#[test]
fn a_migration_that_fails_leaves_nothing() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let database = TestDatabase::empty(backend);
        database.execute("CREATE TABLE audit_log (in_the_way INTEGER NOT NULL)");
        assert_eq!(database.store().migrate(), Err(StoreError::Migration));
        let left = schema::of(&database);
        assert_eq!(
            left,
            BTreeSet::from(["audit_log.in_the_way number not null".to_owned()])
        );
    }
}

const LINK: NewLink = NewLink {
    key: [1; 16],
    identifier_index: 0,
    kind: 22,
    level: 1,
    role: 1,
};

/// A row in every table.
fn fill(store: &Store) {
    let new = NewEntry {
        links: vec![LINK],
        ..entry("case-1")
    };
    let withdraw = |row: &EntryRow| Ok::<_, Infallible>(to_state(row, WITHDRAWN));
    store.create_entries(vec![new.clone()], at(0), &Hashing).unwrap();
    store
        .update_entry(new.id, Some(1), at(1), withdraw, &Hashing)
        .unwrap();
    store.put_tokens(vec![token(new.id, 0, 1)]).unwrap();
    store
        .publish_list(head(&list("platform-a", "all"), 1), &mut vec![list_record(1)])
        .unwrap();
    store.prove_fork(crate::forks::fork(1), true).unwrap();
    store
        .publish_list(head(&list("platform-a", "all"), 2), &mut Vec::new())
        .unwrap();
    store
        .publish_list(head(&list("platform-a", "cn"), 1), &mut vec![list_record(1)])
        .unwrap();
    store
        .keep_acknowledgement(AcknowledgementRow {
            peer: node("platform-b"),
            heard_at: at(0),
            seen: "{}".to_owned(),
        })
        .unwrap();
    store.peer_answered(&node("platform-b"), at(0), -7).unwrap();
    store
        .apply_status(
            &node("platform-b"),
            &audience("all"),
            &[status(new.id, 1)],
            (at(1), at(1)),
        )
        .unwrap();
    store
        .cache_answers(crate::sample::answered(vec![record(new.id, at(9))]))
        .unwrap();
    store.adopt_membership(1, b"document", at(0), None).unwrap();
    store.see_generation(1, 1, 1).unwrap();
    store.set_meta("incarnation", "1").unwrap();
    store
        .add_invite(&[1; 32], &node("platform-c"), at(9), line(90))
        .unwrap();
    fill_restores(store);
    fill_operations(store);
    crate::roster::fill(store);
}

fn fill_restores(store: &Store) {
    store
        .grant_incarnation(&node("platform-b"), 1, &[1; 32], false, at(0))
        .unwrap();
    store
        .recover_status(&audience("cn"), vec![recovered("cn", 1)], at(0))
        .unwrap();
    let list = RecoveredList {
        audience: audience("all"),
        subject_type: 1,
        epoch: 1,
        sequence: 1,
    };
    store.raise_lists(vec![list]).unwrap();
}

fn fill_operations(store: &Store) {
    let id = Uuid::from_u128(1);
    let rate = BudgetRate {
        capacity: 10,
        per_day: 10,
    };
    let lease = std::time::Duration::from_secs(1);
    let request = IdempotentRequest {
        actor: "shop",
        key: "k",
        route: "r",
        body_hash: &[1; 32],
    };
    store
        .claim_job("digest", at(0), "runner", id, at(0), lease)
        .unwrap();
    store
        .charge(&node("platform-b"), 1, 1, Purse::Bucket, rate, at(0))
        .unwrap();
    let credit = NewCredit {
        member: node("platform-b"),
        class: 1,
        elements: 1,
        until: at(9),
        most: 1,
    };
    store.credit(&credit, at(0), line(3)).unwrap();
    store.begin_idempotent(request, at(0), at(9), at(0)).unwrap();
    let text = String::new;
    let audit = AuditRow {
        id,
        at: at(0),
        actor: text(),
        action: text(),
        object: text(),
        purpose: text(),
        outcome: text(),
    };
    let screening = ScreeningRow {
        id: Uuid::from_u128(0x5c),
        client_reference: None,
        purpose: 1,
        verdict: 1,
        mode: 1,
        complete: true,
        response: text(),
        actor: text(),
        created_at: at(0),
        decision: None,
    };
    store.append_audit(audit).unwrap();
    store.keep_screenings(vec![screening]).unwrap();
    store
        .count_brake(&[(node("platform-a"), BrakeDay::default())])
        .unwrap();
    store.release(&node("platform-b"), 0, at(0), line(2)).unwrap();
}
