//! Times and the report.

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Instant;

/// What `cargo bench … -- --name value` says, or `default`.
pub(crate) fn argument(name: &str, default: usize) -> usize {
    let mut arguments = std::env::args().skip_while(|argument| argument != name).skip(1);
    arguments
        .next()
        .map_or(default, |value| value.parse().expect("a number"))
}

/// The result of `work` and the nanoseconds it took on a core: other work on the machine counts as little as it can.
pub(crate) fn nanos<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = (on_core(), Instant::now());
    let result = work();
    let wall = start.1.elapsed().as_nanos() as f64;
    let time = match (start.0, on_core()) {
        (Some(start), Some(end)) if wall > 2e7 => (end - start) as f64,
        _ => wall,
    };
    (result, time)
}

/// Nanoseconds that this thread ran so far, where Linux says it.
fn on_core() -> Option<u64> {
    std::thread::yield_now();
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_ascii_whitespace().next()?.parse().ok()
}

/// Nanoseconds for each of `tokens` tokens: the fastest of five runs, which other work disturbed least.
pub(crate) fn per_token(tokens: usize, mut work: impl FnMut() -> usize) -> f64 {
    let run = || nanos(|| black_box(work())).1 / tokens as f64;
    std::iter::repeat_with(run).take(5).fold(f64::INFINITY, f64::min)
}

/// Nanoseconds for each of `count` pieces of work, none of which begins before the last one is done. A processor looks far
/// ahead and would overlap them, as the requests of a service that come one by one never are; a fence doesn't keep
/// it from that. So the place of the next piece comes out of the clock, which isn't read before everything in front of it is
/// done. What the clock itself costs is measured beside it and taken off.
pub(crate) fn one_by_one(count: usize, mut work: impl FnMut(usize) -> usize) -> f64 {
    let (start, none) = (Instant::now(), black_box(0));
    let turn = |place: usize| place + (start.elapsed().subsec_nanos() as usize & none);
    let clock = per_token(count, || (0..count).map(turn).sum());
    per_token(count, || (0..count).map(|place| work(turn(place))).sum()) - clock
}

#[derive(Default)]
pub(crate) struct Report(String);

impl Report {
    /// Adds a line. The ratio says how many times `value` fits into `baseline`.
    pub(crate) fn add(&mut self, metric: &str, value: f64, unit: &str, baseline: Option<f64>) {
        let number = |value: Option<f64>| value.map_or("null".to_owned(), |value| format!("{value:.4}"));
        let (base, ratio) = (
            number(baseline),
            number(baseline.map(|baseline| baseline / value)),
        );
        let separator = if self.0.is_empty() { "[" } else { "," };
        let line = format!(
            r#"{{"metric":"{metric}","value":{value:.4},"unit":"{unit}","baseline":{base},"ratio":{ratio}}}"#
        );
        eprintln!("{line}");
        let _ = write!(self.0, "{separator}\n {line}");
    }

    pub(crate) fn print(&self) {
        println!("{}\n]", self.0);
    }
}
