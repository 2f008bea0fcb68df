use std::time::Duration;

use serde::Deserialize;

/// How long others may rely on what this node publishes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Publishing {
    /// A digest counts for so long; the nightly build renews it.
    pub digest_valid_hours: u32,
    /// A confirmed record may be used for so long without asking again.
    pub record_valid_hours: u32,
}

impl Default for Publishing {
    fn default() -> Self {
        Self {
            digest_valid_hours: 168,
            record_valid_hours: 24,
        }
    }
}

impl Publishing {
    /// See [`Publishing::digest_valid_hours`].
    pub fn digest_life(&self) -> Duration {
        hours(self.digest_valid_hours)
    }

    /// See [`Publishing::record_valid_hours`].
    pub fn record_life(&self) -> Duration {
        hours(self.record_valid_hours)
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self.digest_valid_hours >= 24 && self.record_valid_hours > 0 {
            Ok(())
        } else {
            Err("publishing: a digest is valid for at least 24 hours, a record for at least one".to_owned())
        }
    }
}

fn hours(count: u32) -> Duration {
    Duration::from_secs(u64::from(count) * 3_600)
}
