use std::time::Duration;

use lianfang_encoding::NodeId;
use lianfang_wire::vocabulary::Mode;
use serde::Deserialize;

/// The default policy's choices that belong to the operator.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Screening {
    /// `shadow` computes and reports, `enforce` means it.
    pub mode: Mode,
    /// Publishers whose confirmed finding alone may block.
    pub trusted_publishers: Vec<NodeId>,
    /// The law under which natural persons may be blocked without a person deciding, if there is one.
    pub natural_person_law: Option<String>,
    /// Digests older than this make an answer incomplete.
    pub max_staleness_hours: u32,
    /// How long an answer may be relied on.
    pub valid_for_hours: u32,
    /// Tokens remembered, so that screening a known identifier again asks nobody.
    pub token_cache: usize,
}

impl Default for Screening {
    fn default() -> Self {
        Self {
            mode: Mode::Shadow,
            trusted_publishers: Vec::new(),
            natural_person_law: None,
            max_staleness_hours: 48,
            valid_for_hours: 24,
            token_cache: 100_000,
        }
    }
}

impl Screening {
    /// See [`Screening::max_staleness_hours`].
    pub fn max_staleness(&self) -> Duration {
        hours(self.max_staleness_hours)
    }

    /// See [`Screening::valid_for_hours`].
    pub fn valid_for(&self) -> Duration {
        hours(self.valid_for_hours)
    }
}

fn hours(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 3_600)
}
