use std::time::Duration;

use serde::Deserialize;

/// How long is kept what nobody has to keep. Entries, events, status items, screenings and the audit log stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// Runs of jobs, in days; 0 for good.
    pub job_runs_days: u32,
    /// Alerts that have ended, in days from then; 0 for good.
    pub ended_alerts_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            job_runs_days: 90,
            // A platform's decision lasts for 24 months at most.
            ended_alerts_days: 730,
        }
    }
}

impl Retention {
    /// See [`Retention::job_runs_days`].
    pub fn job_runs(&self) -> Option<Duration> {
        days(self.job_runs_days)
    }

    /// See [`Retention::ended_alerts_days`].
    pub fn ended_alerts(&self) -> Option<Duration> {
        days(self.ended_alerts_days)
    }
}

fn days(days: u32) -> Option<Duration> {
    (days > 0).then(|| Duration::from_secs(u64::from(days) * 86_400))
}
