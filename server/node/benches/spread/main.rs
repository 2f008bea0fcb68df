//! From commit to match on ten nodes, each a process of its own; then three of them are cut off for a minute while
//! others go on. `scripts/bench spread` prints a JSON list. `LIANFANG_SPREAD_COMMITS` and
//! `LIANFANG_SPREAD_PARTITION_SECONDS` make it shorter.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints, and ends at the first surprise"
)]

mod cluster;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/it/harness/mod.rs"]
mod harness;
#[path = "../processes/offenders.rs"]
mod offenders;
#[expect(dead_code, reason = "other benchmarks use more of it")]
#[path = "../processes/mod.rs"]
mod processes;
mod proxy;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use lianfang_sdk::Client;
use lianfang_wire::vocabulary::VerdictName;
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::offenders::{code, offence, screening};

const NODES: u8 = 10;
const PUBLISHER: usize = 1;
/// The last three are cut off.
const AWAY: [usize; 3] = [7, 8, 9];
/// Between two looks at a node.
const LOOK: Duration = Duration::from_millis(10);

fn setting(name: &str, default: u32) -> u32 {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
}

#[tokio::main]
async fn main() {
    let commits = setting("LIANFANG_SPREAD_COMMITS", 1_000);
    let seconds = setting("LIANFANG_SPREAD_PARTITION_SECONDS", 60);
    let cluster = Cluster::start(NODES).await;
    eprintln!("{NODES} nodes are up");
    let mut times = Vec::new();
    for number in 0..commits {
        times.push(spread_one(&cluster, number).await);
        if (number + 1) % 100 == 0 {
            eprintln!("{} of {commits}", number + 1);
        }
    }
    times.sort_unstable();
    let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
    let during = partition(&cluster, commits, Duration::from_secs(seconds.into())).await;
    let healed = heal(&cluster, commits..during).await;
    let wrong = check_everything(&cluster, during).await;
    let report = [
        row("commit to match on all of ten nodes, median", at(50), "ms"),
        row("commit to match on all of ten nodes, p99", at(99), "ms"),
        row(
            "commits during a partition of three nodes",
            f64::from(during - commits),
            "entries",
        ),
        row(
            "all caught up after the partition",
            healed.as_secs_f64() * 1e3,
            "ms",
        ),
        row("missed or doubled in the end", f64::from(wrong), "findings"),
    ];
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
    assert_eq!(wrong, 0, "every node finds every offender once");
}

fn row(metric: &str, value: f64, unit: &str) -> Value {
    json!({ "metric": metric, "value": value, "unit": unit, "baseline": null, "ratio": null })
}

/// Records one offender and waits until every node finds it.
async fn spread_one(cluster: &Cluster, number: u32) -> Duration {
    let begun = Instant::now();
    let publisher = &cluster.members()[PUBLISHER].client;
    publisher.record_entry(&offence(number)).await.unwrap();
    let all = cluster
        .members()
        .iter()
        .map(|member| found(&member.client, number));
    futures_util::future::join_all(all).await;
    begun.elapsed()
}

async fn found(node: &Client, number: u32) {
    while findings(node, number).await == 0 {
        tokio::time::sleep(LOOK).await;
    }
}

/// Entries in which a node finds the offender; one that is told twice counts twice.
async fn findings(node: &Client, number: u32) -> usize {
    let answer = node.screen(&screening(&code(number))).await.unwrap();
    let told = answer.reasons.iter().filter_map(|reason| {
        let about = (reason.code, reason.identifier_index, reason.level.as_deref());
        Some((reason.entry?, about))
    });
    let told: Vec<_> = told.collect();
    assert_eq!(answer.verdict == VerdictName::Clear, told.is_empty());
    let reasons: HashSet<_> = told.iter().collect();
    let entries: HashSet<_> = told.iter().map(|(entry, ..)| entry).collect();
    entries.len() + (told.len() - reasons.len())
}

/// Goes on recording, on both sides of the cut. Returns the number after the last offender.
async fn partition(cluster: &Cluster, first: u32, length: Duration) -> u32 {
    cluster.part(&AWAY);
    let begun = Instant::now();
    let mut number = first;
    while begun.elapsed() < length {
        for publisher in [PUBLISHER, 2, AWAY[0]] {
            let publisher = &cluster.members()[publisher].client;
            publisher.record_entry(&offence(number)).await.unwrap();
            number += 1;
        }
        tokio::time::sleep(length / 20).await;
    }
    number
}

/// Until every node finds what was recorded meanwhile.
async fn heal(cluster: &Cluster, recorded: std::ops::Range<u32>) -> Duration {
    cluster.network.heal();
    let begun = Instant::now();
    for member in cluster.members() {
        for number in recorded.clone() {
            found(&member.client, number).await;
        }
        eprintln!("{} has caught up", member.name);
    }
    begun.elapsed()
}

/// Findings that are missing or doubled, over all nodes and offenders, and any about who isn't one.
async fn check_everything(cluster: &Cluster, recorded: u32) -> u32 {
    let mut wrong = 0;
    for member in cluster.members() {
        for number in 0..recorded {
            wrong += u32::from(findings(&member.client, number).await != 1);
        }
        for number in recorded..recorded + 100 {
            wrong += u32::from(findings(&member.client, number).await != 0);
        }
    }
    wrong
}
