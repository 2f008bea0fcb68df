//! Importing entries beside raw batched inserts of the same rows, on both databases.
//!
//! `cargo bench -p lianfang-store --bench import` prints a JSON list of
//! `{"metric","value","unit","baseline","ratio"}`: entries per second, raw entries per second, their ratio.
//! After them, what it takes to apply a withdrawal by another node.
//! "hashed" leaves out the signatures, which raw inserts needn't make; "signed" has everything a node does.
//! "processor" compares processor time in place of time, as if there were one core only; PostgreSQL's own isn't in it.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints, and stops at the first failure"
)]

mod cost;
mod raw;
mod sealers;
mod statuses;

use std::time::Duration;

use lianfang_encoding::{Timestamp, sha256};
use lianfang_store::testing::{Backend, TestDatabase};
use lianfang_store::{EntryFilter, EventSealer, NewEntry, NewEvent, Store};
use uuid::Uuid;

use cost::Cost;
use sealers::{Hashing, Signing};

const ENTRIES: usize = 5_000;
/// Rows in one transaction, as the import path sends them.
const BATCH: usize = 500;
/// The best round counts: whatever else the machine does only ever adds time.
const ROUNDS: usize = 15;
/// How many there are, when not so many.
const ROUNDS_VARIABLE: &str = "LIANFANG_BENCH_ROUNDS";

fn main() {
    let rounds = std::env::var(ROUNDS_VARIABLE).map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let mut results = Vec::new();
    for backend in [Backend::Sqlite, Backend::Postgres] {
        for (name, sealer) in [
            ("hashed", &Hashing as &dyn EventSealer),
            ("signed", &Signing::new()),
        ] {
            let rounds: Vec<_> = (0..rounds).map(|_| round(backend, sealer)).collect();
            let imported = cost::best(rounds.iter().map(|(import, _)| import));
            let raw = cost::best(rounds.iter().map(|(_, raw)| raw));
            results.push(comparison(backend, name, imported.time, raw.time));
            if backend == Backend::Sqlite {
                let name = format!("{name}_processor");
                results.push(comparison(backend, &name, imported.processor, raw.processor));
            }
        }
        results.push(statuses::measure(backend));
    }
    println!("{}", serde_json::to_string_pretty(&results).unwrap());
}

/// Imports into one database, then writes the very same rows into another.
fn round(backend: Backend, sealer: &dyn EventSealer) -> (Cost, Cost) {
    let (imported, inserted) = (TestDatabase::on(backend), TestDatabase::on(backend));
    let import = import(imported.store(), sealer);
    let rows = raw::Rows::of(imported.store());
    let insert = rows.insert_into(&inserted, BATCH);
    let written = inserted
        .store()
        .entries_page(&EntryFilter::default(), 0, ENTRIES)
        .unwrap();
    assert_eq!(written.len(), ENTRIES, "the raw inserts wrote the same");
    (import, insert)
}

fn import(store: &Store, sealer: &dyn EventSealer) -> Cost {
    let entries: Vec<NewEntry> = (0..ENTRIES).map(entry).collect();
    let batches: Vec<_> = entries.chunks(BATCH).map(<[NewEntry]>::to_vec).collect();
    cost::of(|| {
        for batch in batches {
            store
                .create_entries(batch, Timestamp::from_secs(1), sealer)
                .unwrap();
        }
    })
}

fn entry(number: usize) -> NewEntry {
    let reference = format!("case-{number}");
    NewEntry {
        id: Uuid::new_v4(),
        request_hash: sha256(reference.as_bytes()),
        client_reference: Some(reference),
        audience: "all".parse().unwrap(),
        subject_type: 1,
        natural_person: false,
        state: 1,
        state_data: "{\"state\":\"active\"}".to_owned(),
        local_reason: None,
        grade: 2,
        category: Some(1),
        basis: 1,
        jurisdiction: "CN".to_owned(),
        decided_at: Some(Timestamp::from_secs(1)),
        expires_at: Some(Timestamp::from_secs(2)),
        body_sealed: vec![7; 900],
        links: Vec::new(),
        event: NewEvent {
            event_type: 1,
            deadline: None,
            rule: None,
            payload: vec![8; 150],
        },
    }
}

fn comparison(backend: Backend, name: &str, import: Duration, raw: Duration) -> serde_json::Value {
    let rate = |time: Duration| (ENTRIES as f64 / time.as_secs_f64()).round();
    serde_json::json!({
        "metric": format!("import_{name}_{}", format!("{backend:?}").to_lowercase()),
        "value": rate(import),
        "unit": "entries/s",
        "baseline": rate(raw),
        "ratio": (raw.as_secs_f64() / import.as_secs_f64() * 1000.0).round() / 1000.0,
    })
}
