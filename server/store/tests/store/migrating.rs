//! Each migration for itself, up, down and up again, over rows that stood there before it and rows that came after it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use lianfang_store::testing::{Backend, TestDatabase};

use crate::rows::{Rows, Tables, fill, lines, rows, tables};
use crate::schema;

/// Migration, table that was there before it, and the rows that it adds.
const ADDED: [(&str, &str, usize); 1] = [("0009_regulator_feed", "event_heads", 1)];

/// The same for taking it back: lists that have deltas go, and screenings get their lines of the audit log.
const LOST_AND_ADDED_BACK: [(&str, &str, usize, usize); 2] = [
    ("0007_deltas", "digest_heads", 2, 0),
    ("0021_audit_trail", "audit_log", 0, 3),
];

#[test]
fn each_migration_goes_up_and_down_and_up_again_over_rows_that_stand_there() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let database = TestDatabase::empty(backend);
        let mut known = Tables::new();
        for name in names() {
            let (shape, before) = (schema::of(&database), rows(&database, &known));
            database.migrate_once();
            check_up(&name, &before, &rows(&database, &known));
            check_moved(&database, &name);
            database.revert_once();
            assert_eq!(schema::of(&database), shape, "{backend:?} {name}");
            let between = rows(&database, &known);
            check_reverted(&name, &before, &between);
            database.migrate_once();
            check_moved(&database, &name);
            fill(&database, &new(&database, &known));
            database.revert_once();
            assert_eq!(schema::of(&database), shape, "{backend:?} {name}");
            assert_eq!(rows(&database, &known), between, "{backend:?} {name}");
            database.migrate_once();
            fill(&database, &new(&database, &known));
            known = tables(&database);
            let empty = schema::empty_tables(&database);
            assert_eq!(empty, Vec::<String>::new(), "{backend:?} {name}");
        }
        assert_eq!(database.store().needs_migration(), Ok(false), "{backend:?}");
    }
}

#[test]
fn watched_sellers_without_any_token_are_looked_through_again_by_a_migration() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let database = TestDatabase::empty(backend);
        for _ in names().range(.."0033_untokenised_subjects".to_owned()) {
            database.migrate_once();
        }
        fill(&database, &tables(&database));
        database.execute("UPDATE monitored_subjects SET retry_at = NULL");
        database.execute("DELETE FROM monitored_tokens WHERE identifier_index = 2");
        database.migrate_once();
        let waiting = lines(
            &database,
            "monitored_subjects WHERE retry_at = updated_at",
            &["updated_at"],
        );
        assert_eq!(waiting.len(), 1, "{backend:?}");
        assert!(waiting[0].contains('2'), "{backend:?} {waiting:?}");
        let left = lines(&database, "monitored_subjects WHERE retry_at IS NULL", &["1"]);
        assert_eq!(left.len(), 2, "{backend:?}");
    }
}

/// Of every migration, oldest first.
fn names() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/sqlite");
    let names = fs::read_dir(folder).unwrap();
    let names = names.map(|found| found.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

/// Tables that are there now and weren't known.
fn new(database: &TestDatabase, known: &Tables) -> Tables {
    let mut all = tables(database);
    all.retain(|table, _| !known.contains_key(table));
    all
}

fn added(name: &str, table: &str) -> usize {
    let here = ADDED.iter().find(|(of, at, _)| (*of, *at) == (name, table));
    here.map_or(0, |(_, _, count)| *count)
}

/// Column by column: rows of `before` that aren't there `after`, and others that are.
fn check_table(name: &str, table: &str, (before, after): (&[String], &[String]), expected: (usize, usize)) {
    let lost = before.iter().filter(|row| !after.contains(row)).count();
    let new = after.iter().filter(|row| !before.contains(row)).count();
    assert_eq!(
        (lost, new),
        expected,
        "{name}: rows of {table} that were lost, and that were added"
    );
}

fn check_up(name: &str, before: &Rows, after: &Rows) {
    for (table, rows) in before {
        check_table(name, table, (rows, &after[table]), (0, added(name, table)));
    }
}

fn check_reverted(name: &str, before: &Rows, after: &Rows) {
    for (table, rows) in before {
        let here = LOST_AND_ADDED_BACK
            .iter()
            .find(|(of, at, ..)| (*of, *at) == (name, table.as_str()));
        let expected = here.map_or((0, 0), |(_, _, lost, added)| (*lost, *added));
        check_table(name, table, (rows, &after[table]), expected);
    }
}

/// What a migration makes of rows that were there.
fn check_moved(database: &TestDatabase, name: &str) {
    let count = |of: &str| lines(database, of, &["1"]).len();
    match name {
        "0007_deltas" => {
            let wrong = "base_sequence <> sequence - 1 OR live <> in_force OR tokens IS NOT NULL";
            assert_eq!(count(&format!("digest_heads WHERE {wrong}")), 0);
            assert_eq!(count("list_records WHERE token_prefix <> 0"), 0);
        }
        "0016_peer_clock" => assert_eq!(count("peer_status WHERE clock_offset_micros IS NOT NULL"), 0),
        // Each line once, however often the migration went up and down.
        "0021_audit_trail" => {
            assert_eq!(count("audit_trail WHERE action = 'screen'"), 3);
            assert_eq!(count("audit_trail"), 6);
        }
        "0034_alerts_found" => assert_eq!(count("alerts WHERE found_at <> opened_at"), 0),
        _ => {}
    }
}
