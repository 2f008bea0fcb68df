//! Importing entries beside raw batched inserts of the same rows, on both databases.
//!
//! `cargo bench -p lianfang-store --bench import` prints a JSON list of
//! `{"metric","value","unit","baseline","ratio"}`: entries per second, raw entries per second, their ratio.
//! After them, what it takes to apply a withdrawal by another node.
//! "hashed" leaves out the signatures, which raw inserts needn't make; "signed" has everything a node does.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench prints, and stops at the first failure"
)]

mod raw;
mod sealers;
mod statuses;

use std::time::{Duration, Instant};

use lianfang_encoding::{Timestamp, sha256};
use lianfang_store::testing::{Backend, TestDatabase};
use lianfang_store::{EntryFilter, EventSealer, NewEntry, NewEvent, Store};
use uuid::Uuid;

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
            let imported = rounds.iter().map(|(import, _)| *import).min().unwrap();
            let raw = rounds.iter().map(|(_, raw)| *raw).min().unwrap();
            results.push(comparison(backend, name, imported, raw));
        }
        results.push(statuses::measure(backend));
    }
    println!("{}", serde_json::to_string_pretty(&results).unwrap());
}

/// Imports into one database, then writes the very same rows into another.
fn round(backend: Backend, sealer: &dyn EventSealer) -> (Duration, Duration) {
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

fn import(store: &Store, sealer: &dyn EventSealer) -> Duration {
    let entries: Vec<NewEntry> = (0..ENTRIES).map(entry).collect();
    let start = Instant::now();
    for batch in entries.chunks(BATCH) {
        store
            .create_entries(batch.to_vec(), Timestamp::from_secs(1), sealer)
            .unwrap();
    }
    start.elapsed()
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
