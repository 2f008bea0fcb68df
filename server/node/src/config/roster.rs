use std::time::Duration;

use serde::Deserialize;

/// How the roster is watched.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Roster {
    /// A publisher isn't asked about a possible hit before so many milliseconds have passed.
    pub confirm_delay_milliseconds: u32,
    /// At most so many are added at random, for each publisher anew.
    pub confirm_jitter_milliseconds: u32,
    /// Possible hits that one publisher is asked about at once; the rest waits for the next run.
    pub confirmations_per_run: u32,
    /// A publisher or committee that couldn't be asked is asked again after so many seconds.
    pub retry_seconds: u32,
}

impl Default for Roster {
    fn default() -> Self {
        Self {
            confirm_delay_milliseconds: 1_000,
            confirm_jitter_milliseconds: 3_000,
            confirmations_per_run: 2_000,
            retry_seconds: 60,
        }
    }
}

impl Roster {
    /// See [`Roster::confirm_delay_milliseconds`].
    pub fn confirm_delay(&self) -> Duration {
        Duration::from_millis(self.confirm_delay_milliseconds.into())
    }

    /// See [`Roster::confirm_jitter_milliseconds`].
    pub fn confirm_jitter(&self) -> Duration {
        Duration::from_millis(self.confirm_jitter_milliseconds.into())
    }

    /// See [`Roster::retry_seconds`].
    pub fn retry(&self) -> Duration {
        Duration::from_secs(self.retry_seconds.into())
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if self.confirmations_per_run > 0 && self.retry_seconds > 0 {
            Ok(())
        } else {
            Err("roster: at least one confirmation per run, and a second before the next try".to_owned())
        }
    }
}
