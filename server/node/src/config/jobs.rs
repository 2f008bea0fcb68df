use std::str::FromStr;

use chrono_tz::Tz;
use croner::Cron;
use serde::Deserialize;

/// When the jobs run.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Jobs {
    pub timezone: Tz,
    /// Folds the day's changes into new bases.
    pub nightly_build: Schedule,
    /// Fetches everything that peers have.
    pub nightly_sync: Schedule,
    /// Asks peers for news by day, in case a notice was lost.
    pub poll_peers: Schedule,
    /// Ends entries whose time is over and deadlines that lapsed.
    pub expire_entries: Schedule,
    /// Writes down what the brake counted and looks at it.
    pub apply_brake: Schedule,
    /// Does what the watch over the roster couldn't do at once.
    pub watch_roster: Schedule,
}

impl Default for Jobs {
    fn default() -> Self {
        Self {
            timezone: Tz::UTC,
            nightly_build: Schedule::fixed("30 2 * * *"),
            nightly_sync: Schedule::fixed("30 3 * * *"),
            poll_peers: Schedule::fixed("*/5 * * * *"),
            expire_entries: Schedule::fixed("*/10 * * * *"),
            apply_brake: Schedule::fixed("* * * * *"),
            watch_roster: Schedule::fixed("* * * * *"),
        }
    }
}

/// A cron expression of five fields, or `off`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub struct Schedule(Option<Cron>);

/// Why a schedule was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a schedule is `off` or five fields like `30 2 * * *` (minute, hour, day, month, weekday)")]
pub struct ScheduleError;

impl Schedule {
    /// The expression; none when the job is off.
    pub fn cron(&self) -> Option<&Cron> {
        self.0.as_ref()
    }

    fn fixed(text: &str) -> Self {
        Self(Cron::from_str(text).ok())
    }
}

impl TryFrom<String> for Schedule {
    type Error = ScheduleError;

    fn try_from(text: String) -> Result<Self, ScheduleError> {
        if text == "off" {
            return Ok(Self(None));
        }
        if text.split_whitespace().count() != 5 {
            return Err(ScheduleError);
        }
        Cron::from_str(&text)
            .map(|cron| Self(Some(cron)))
            .map_err(|_| ScheduleError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid_expressions() {
        let jobs = Jobs::default();
        for schedule in [
            &jobs.nightly_build,
            &jobs.nightly_sync,
            &jobs.poll_peers,
            &jobs.expire_entries,
            &jobs.apply_brake,
            &jobs.watch_roster,
        ] {
            assert!(schedule.cron().is_some());
        }
    }

    #[test]
    fn a_job_can_be_off_but_not_run_every_second() {
        assert_eq!(Schedule::try_from("off".to_owned()), Ok(Schedule(None)));
        assert!(Schedule::try_from("* * * * * *".to_owned()).is_err());
        assert!(Schedule::try_from("61 * * * *".to_owned()).is_err());
    }
}
