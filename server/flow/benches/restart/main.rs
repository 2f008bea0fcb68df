//! A start with many large lists: the first one builds the screening index from their bodies, every later one maps what
//! the first has built. `scripts/bench restart` prints a JSON list; `LIANFANG_RESTART_LISTS` and
//! `LIANFANG_RESTART_ENTRIES` are other sizes than 200 lists of 1,000,000 entries.
//!
//! The lists are bases of one publisher under as many epochs, each signed by it: to the index a list is a list.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints, and ends at the first surprise"
)]

#[expect(dead_code, unused_imports, reason = "the tests use more of it")]
#[path = "../../tests/flow/harness/mod.rs"]
mod harness;
mod lists;

use std::time::{Duration, Instant};

use lianfang_store::testing::Backend;
use lianfang_wire::vocabulary::VerdictName;
use serde_json::{Value, json};

use crate::harness::{Federation, company, entry, operator, screening};
use crate::lists::add_lists;

const CODE: &str = "91110108661572276L";
const NODE: &str = "platform-b";

#[tokio::main]
async fn main() {
    let lists = setting("LIANFANG_RESTART_LISTS", 200);
    let entries = setting("LIANFANG_RESTART_ENTRIES", 1_000_000);
    let (federation, a, b) = Federation::of_two(Backend::Sqlite).await;
    a.record_entry(&operator(), entry(company(CODE), a.now()))
        .await
        .unwrap();
    a.build_digests().await.unwrap();
    b.sync(None, false).await.unwrap();
    drop(b);
    let bytes = add_lists(&federation, NODE, lists, entries);
    eprintln!("{lists} lists of {entries} entries, {bytes} bytes");
    let built = restart(&federation).await;
    let mut mapped: Vec<_> = Vec::new();
    for _ in 0..5 {
        mapped.push(restart(&federation).await);
    }
    mapped.sort_unstable();
    let image = image_bytes(&federation);
    let report = [
        row("ready after a start that builds the index", built, None),
        row(
            "ready after a start that maps it, median of 5",
            mapped[2],
            Some(built),
        ),
        json!({ "metric": "index on the disk", "value": image as f64 / f64::from(lists * entries), "unit": "B/entry",
            "baseline": bytes as f64 / f64::from(lists * entries), "ratio": image as f64 / bytes as f64 }),
    ];
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
}

fn setting(name: &str, default: u32) -> u32 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

/// From stopped to the first right answer.
async fn restart(federation: &Federation) -> Duration {
    let begun = Instant::now();
    let node = federation.restart(NODE).await;
    let answer = node.screen(&operator(), screening(company(CODE))).await.unwrap();
    let took = begun.elapsed();
    assert_eq!(answer.verdict, VerdictName::Block);
    took
}

fn image_bytes(federation: &Federation) -> u64 {
    let files = std::fs::read_dir(federation.folder(NODE).join("index")).unwrap();
    files.map(|file| file.unwrap().metadata().unwrap().len()).sum()
}

fn row(metric: &str, took: Duration, baseline: Option<Duration>) -> Value {
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    let baseline = baseline.map(millis);
    json!({ "metric": metric, "value": millis(took), "unit": "ms", "baseline": baseline,
        "ratio": baseline.map(|baseline| baseline / millis(took)) })
}
