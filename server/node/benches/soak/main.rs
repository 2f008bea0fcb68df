//! A federation of three under a steady mixed load: does memory, files, threads or the time of an answer grow, and is
//! every answer the one that was due? `scripts/bench soak` prints a JSON list. `LIANFANG_SOAK_MINUTES` (30) says how
//! long, `LIANFANG_SOAK_RATE` (40) how many things are done a second at each node.
//!
//! What is recorded is withdrawn again and who is monitored is forgotten again, so that what lives stays as much while
//! what is stored grows: entries that have ended, screenings, audit. Growth with that shows beside the rows.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints, and ends at the first surprise"
)]

mod ask;
mod deeds;
mod drops;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/it/harness/mod.rs"]
mod harness;
mod load;
#[path = "../processes/offenders.rs"]
mod offenders;
#[expect(dead_code, reason = "other benchmarks use more of it")]
#[path = "../processes/mod.rs"]
mod processes;
mod report;
mod samples;
mod sites;
mod state;

use std::sync::Arc;
use std::time::Duration;

use crate::load::Load;
use crate::samples::Samples;

const NODES: usize = 3;
/// Looks at the processes during the whole run, but none more often than [`LEAST`].
const LOOKS: u32 = 360;
const LEAST: Duration = Duration::from_secs(1);

fn setting(name: &str, default: u32) -> u32 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

#[tokio::main]
async fn main() {
    lianfang_node::limits::raise_open_files();
    let minutes = setting("LIANFANG_SOAK_MINUTES", 30);
    let rate = setting("LIANFANG_SOAK_RATE", 40);
    let federation = sites::start(NODES).await;
    let sites = Arc::new(sites::of(&federation));
    eprintln!("{NODES} nodes are up; {minutes} minutes at {rate} a second each");
    let length = Duration::from_secs(60) * minutes;
    let load = Arc::new(Load::new(Arc::clone(&sites), length));
    let driving: Vec<_> = (0..NODES)
        .map(|place| tokio::spawn(Arc::clone(&load).drive(place, rate)))
        .collect();
    let samples = Samples::take(&federation, &load, length, (length / LOOKS).max(LEAST)).await;
    for driver in driving {
        driver.await.unwrap();
    }
    let rows = report::rows(&samples, &load, length);
    println!("{}", serde_json::to_string_pretty(&rows).unwrap());
    let unexpected = load.tally.unexpected();
    for (what, count) in &unexpected {
        eprintln!("unexpected, {count} times: {what}");
    }
    assert!(unexpected.is_empty(), "every answer is the one that was due");
}
