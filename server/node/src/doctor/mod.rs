//! Looks a node over without its help: what is wrong, and one line of advice each. Changes nothing.

mod certificates;
mod clocks;
mod data_key;
mod database;
mod files;
mod keys;
mod peers;

use std::time::Duration;

use lianfang_encoding::Timestamp;
use lianfang_flow::Trust;
use lianfang_store::Store;
use serde::Serialize;

use crate::config::Config;
use crate::data::DataFolder;

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Fine,
    /// It works, and won't for long.
    Warning,
    Wrong,
}

/// One thing that was looked at. What it says is in the catalogue, under `doctor.<code>` and `advice.<code>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub state: State,
    pub code: &'static str,
    pub with: Vec<(&'static str, String)>,
}

impl Finding {
    /// Nothing to do.
    pub fn fine(code: &'static str) -> Self {
        Self::of(State::Fine, code)
    }

    /// To be done soon.
    pub fn warning(code: &'static str) -> Self {
        Self::of(State::Warning, code)
    }

    /// To be done now.
    pub fn wrong(code: &'static str) -> Self {
        Self::of(State::Wrong, code)
    }

    fn of(state: State, code: &'static str) -> Self {
        Self {
            state,
            code,
            with: Vec::new(),
        }
    }

    /// Fills a blank of the sentence, on one line.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        let value = value.to_string();
        self.with
            .push((name, value.split_whitespace().collect::<Vec<_>>().join(" ")));
        self
    }
}

/// The node that is looked at, as far as it can be opened.
struct Patient<'a> {
    config: &'a Config,
    folder: DataFolder,
    now: Timestamp,
    store: Option<Store>,
    trust: Option<Trust>,
}

/// Looks at everything there is, at `now`.
pub fn examine(config: &Config, now: Timestamp) -> Vec<Finding> {
    let mut patient = Patient {
        config,
        folder: DataFolder::at(&config.node.data_dir),
        now,
        store: None,
        trust: None,
    };
    let mut findings = vec![Finding::fine("config_fine")];
    findings.extend(files::permissions(&patient));
    findings.push(files::disk(&patient));
    findings.push(database::open(&mut patient));
    findings.extend(database::membership(&mut patient));
    findings.extend(keys::all(&patient));
    findings.extend(data_key::standing(&patient));
    findings.extend(certificates::all(&patient));
    findings.extend(database::chain(&patient));
    findings.extend(peers::clock(&patient));
    findings.extend(clocks::of_peers(&patient));
    findings.extend(peers::all(&patient));
    findings
}

/// A length of time, roughly, in units that every language has.
fn roughly(time: Duration) -> String {
    match time.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds @ 7_200..172_800 => format!("{} h", seconds / 3_600),
        seconds => format!("{} d", seconds / 86_400),
    }
}
