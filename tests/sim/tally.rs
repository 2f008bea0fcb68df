//! What a run has seen, so that nobody takes a run in which nothing happened for one in which nothing went wrong.

use std::collections::BTreeMap;

use lianfang_store::testing::Backend;

/// Things that every run has to see.
const NEEDED: [&str; 17] = [
    "entries recorded",
    "entries completed",
    "events",
    "corrections",
    "entries ended by time",
    "syncs",
    "links cut",
    "crashes",
    "crashes in the middle of something",
    "statements that failed",
    "restores from a backup",
    "screenings",
    "matches",
    "screenings of companies with an ended entry",
    "times at rest",
    "sets compared at rest",
    "alerts at rest",
];

#[derive(Default)]
pub(crate) struct Tally(BTreeMap<&'static str, u64>);

impl Tally {
    pub(crate) fn count(&mut self, what: &'static str) {
        self.count_many(what, 1);
    }

    pub(crate) fn count_many(&mut self, what: &'static str, times: u64) {
        *self.0.entry(what).or_default() += times;
    }

    pub(crate) fn add(&mut self, other: Self) {
        for (what, times) in other.0 {
            self.count_many(what, times);
        }
    }

    /// As `scripts/bench` reads it.
    #[expect(clippy::print_stdout, reason = "the figures are for people")]
    pub(crate) fn say(&self, backend: Backend) {
        let counts = self.0.iter().map(|(what, times)| (*what, *times));
        for (metric, value) in counts.chain([("violations", 0)]) {
            let metric = format!("{backend:?}: {metric}");
            let figure = serde_json::json!({ "metric": metric, "value": value, "unit": "-", "baseline": null, "ratio": null });
            println!("sim: {figure}");
        }
    }

    pub(crate) fn check(&self) {
        for what in NEEDED {
            assert!(self.0.contains_key(what), "this run proves little: no {what}");
        }
    }
}
