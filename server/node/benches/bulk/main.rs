//! Files of many entries through a whole node: import end to end beside the tokens it can't do without, peak memory of
//! node and command at two sizes, and screening of a file. `scripts/bench bulk` prints a JSON list; every part is a
//! process of its own. `LIANFANG_BULK_SMALL` and `LIANFANG_BULK_LARGE` are the two sizes, 100,000 and 1,000,000, and
//! `LIANFANG_BULK_IDENTIFIERS` is how many identifiers each entry has, 1: the hardest case, for most of what an entry
//! costs beside its tokens doesn't depend on their number. `LIANFANG_BULK_THRESHOLD` is how many members of the
//! committee it takes for a token, t of 2 t - 1, all on this machine: 1, the node alone.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a benchmark prints, and ends at the first surprise"
)]

mod files;
mod process;
#[expect(dead_code, reason = "other benchmarks use more of it")]
#[path = "../processes/mod.rs"]
mod processes;
#[path = "../processes/processor.rs"]
mod processor;
mod tokens;

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{Loaded, Node};
use crate::tokens::Floor;

/// What one size came to.
struct Run {
    count: usize,
    imported: Loaded,
    /// From the import's first byte until everything is in a signed list.
    published: Duration,
    /// Of node, committee and command until then.
    processor: Duration,
    /// Of the node, when everything was acknowledged and when everything was published.
    node_imported: u64,
    node_published: u64,
    screened: Loaded,
    floor: Floor,
}

fn main() {
    let identifiers = number("LIANFANG_BULK_IDENTIFIERS", 1);
    let threshold = number("LIANFANG_BULK_THRESHOLD", 1).try_into().unwrap();
    let small = run(number("LIANFANG_BULK_SMALL", 100_000), identifiers, threshold);
    let large = run(number("LIANFANG_BULK_LARGE", 1_000_000), identifiers, threshold);
    let mut report = Vec::new();
    for run in [&small, &large] {
        let floor = &run.floor;
        let rate = |time: Duration| run.count as f64 / time.as_secs_f64();
        let count = run.count;
        report.push(row(
            &format!("{count} entries from the file into signed lists, beside their tokens alone"),
            rate(run.published),
            "1/s",
            rate(floor.took),
        ));
        report.push(row(
            &format!(
                "{count} entries into signed lists for a second of processor time, beside their tokens alone"
            ),
            rate(run.processor),
            "1/s",
            rate(floor.processor),
        ));
        report.push(row(
            &format!("{count} entries until the last acknowledgement, beside their tokens alone"),
            rate(run.imported.took),
            "1/s",
            rate(floor.took),
        ));
        report.push(row(
            &format!("{count} rows screened, beside as many imported"),
            rate(run.screened.took),
            "1/s",
            rate(run.imported.took),
        ));
    }
    let mut peak = |what: &str, of: fn(&Run) -> u64| {
        let (small, large) = (of(&small) as f64 / 1024.0, of(&large) as f64 / 1024.0);
        report.push(row(
            &format!("peak memory, {what}, large beside small"),
            large,
            "MiB",
            small,
        ));
    };
    peak("node while importing", |run| run.node_imported);
    peak("node, published too", |run| run.node_published);
    peak("command importing", |run| run.imported.peak);
    peak("command screening", |run| run.screened.peak);
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
}

fn run(count: usize, identifiers: usize, threshold: u16) -> Run {
    let node = Node::start(threshold);
    let sellers = files::sellers(node.data(), "offender", count, identifiers);
    let applicants = files::sellers(node.data(), "applicant", count, identifiers);
    let template = files::template(node.data());
    // On either side of the import: a machine that others share isn't always equally fast.
    let before = tokens::on_all_cores(count * identifiers, threshold);
    let (begun, used) = (Instant::now(), node.processor());
    let imported = node.load(&["entry", "import", &sellers, "--template", &template]);
    let node_imported = node.peak();
    node.wait_until_published(&files::last());
    let published = begun.elapsed();
    let processor = node.processor() - used + imported.processor;
    let floor = before.mean(&tokens::on_all_cores(count * identifiers, threshold));
    let node_published = node.peak();
    let answers = node.data().join("answers.jsonl").display().to_string();
    let screened = node.load(&["screen", "--file", &applicants, "--output", &answers]);
    assert_eq!(files::lines(&answers), count, "an answer for each row");
    Run {
        count,
        imported,
        published,
        processor,
        node_imported,
        node_published,
        screened,
        floor,
    }
}

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

fn row(metric: &str, value: f64, unit: &str, baseline: f64) -> Value {
    let rounded = |number: f64| (number * 1000.0).round() / 1000.0;
    json!({
        "metric": metric,
        "value": rounded(value),
        "unit": unit,
        "baseline": rounded(baseline),
        "ratio": rounded(value / baseline),
    })
}
