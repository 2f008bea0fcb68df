use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};

use crate::load::Load;
use crate::samples::{FIGURES, Samples};

/// The quarter that the last one is held against: in the first, caches fill.
const SECOND: usize = 1;
const LAST: usize = 3;

pub(crate) fn rows(samples: &Samples, load: &Load, length: Duration) -> Vec<Value> {
    let mut rows = Vec::new();
    for (member, name) in samples.names.iter().enumerate() {
        for (figure, (what, unit)) in FIGURES.iter().enumerate() {
            let [last, second] = [LAST, SECOND].map(|quarter| samples.median(member, figure, quarter));
            rows.push(row(
                &format!("{what}, {name}, last quarter beside second"),
                last,
                unit,
                Some(second),
            ));
        }
    }
    let [last, second] = [LAST, SECOND].map(|quarter| samples.done(quarter));
    rows.push(row("done until then, all nodes", last, "requests", Some(second)));
    let [last, second] = [LAST, SECOND].map(|quarter| slowest(load, length, quarter));
    rows.push(row(
        "screening, p99, last quarter beside second",
        last,
        "ms",
        Some(second),
    ));
    let screened = load.tally.screenings.lock().unwrap().len() as f64;
    let lines = load.tally.lines.load(Ordering::Relaxed) as f64;
    rows.push(row(
        "screenings answered, all nodes, batches included",
        (screened + lines) / length.as_secs_f64(),
        "1/s",
        None,
    ));
    let held_back = load.tally.held_back.load(Ordering::Relaxed) as f64;
    rows.push(row(
        "held back because a node was busy",
        held_back,
        "requests",
        None,
    ));
    let unexpected: u64 = load.tally.unexpected().values().sum();
    rows.push(row("unexpected answers", unexpected as f64, "answers", None));
    rows
}

/// The 99th percentile of the screenings that began in a quarter of the time, in milliseconds.
fn slowest(load: &Load, length: Duration, quarter: usize) -> f64 {
    let all = load.tally.screenings.lock().unwrap();
    let quarters = |begun: Duration| (begun.as_secs_f64() * 4.0 / length.as_secs_f64()) as usize;
    let mut times: Vec<_> = all
        .iter()
        .filter(|(begun, _)| quarters(*begun) == quarter)
        .map(|(_, took)| took)
        .collect();
    times.sort_unstable();
    times[(times.len() - 1) * 99 / 100].as_secs_f64() * 1e3
}

fn row(metric: &str, value: f64, unit: &str, baseline: Option<f64>) -> Value {
    let rounded = |number: f64| (number * 1000.0).round() / 1000.0;
    let ratio = baseline
        .filter(|baseline| *baseline > 0.0)
        .map(|baseline| rounded(value / baseline));
    json!({
        "metric": metric,
        "value": rounded(value),
        "unit": unit,
        "baseline": baseline.map(rounded),
        "ratio": ratio,
    })
}
