use chrono_tz::Tz;
use croner::Cron;
use lianfang_encoding::Timestamp;

/// The newest time at which a job should have run and hasn't: one run makes up for however many were missed.
/// Daylight saving is the time zone's, at the time in question.
pub(super) fn due(cron: &Cron, zone: Tz, last: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let now = now.to_datetime().with_timezone(&zone);
    let newest = cron.find_previous_occurrence(&now, true).ok()?;
    let newest = Timestamp::from_datetime(newest.to_utc());
    (last.is_none_or(|last| last < newest)).then_some(newest)
}

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn nightly() -> Cron {
        Cron::from_str("30 2 * * *").unwrap()
    }

    #[test]
    fn a_job_is_due_from_its_minute_until_it_has_run() {
        let (zone, now) = (Tz::UTC, at("2026-11-21T02:30:59Z"));
        let yesterday = Some(at("2026-11-20T02:30:00Z"));
        assert_eq!(due(&nightly(), zone, yesterday, at("2026-11-21T02:29:59Z")), None);
        assert_eq!(
            due(&nightly(), zone, yesterday, now),
            Some(at("2026-11-21T02:30:00Z"))
        );
        assert_eq!(due(&nightly(), zone, Some(at("2026-11-21T02:30:00Z")), now), None);
    }

    #[test]
    fn a_week_of_downtime_is_made_up_for_by_one_run() {
        let long_ago = Some(at("2026-11-14T02:30:00Z"));
        let newest = at("2026-11-21T02:30:00Z");
        assert_eq!(
            due(&nightly(), Tz::UTC, long_ago, at("2026-11-21T17:00:00Z")),
            Some(newest)
        );
        assert_eq!(
            due(&nightly(), Tz::UTC, Some(newest), at("2026-11-21T17:00:01Z")),
            None
        );
    }

    #[test]
    fn the_wall_clock_counts_on_both_sides_of_daylight_saving() {
        let zone = Tz::Europe__Berlin;
        let cron = Cron::from_str("0 4 * * *").unwrap();
        let summer = due(&cron, zone, None, at("2026-10-24T12:00:00Z"));
        let winter = due(&cron, zone, None, at("2026-10-25T12:00:00Z"));
        assert_eq!(summer, Some(at("2026-10-24T02:00:00Z")));
        assert_eq!(winter, Some(at("2026-10-25T03:00:00Z")));
    }

    #[test]
    fn an_hour_that_is_skipped_or_repeated_runs_the_job_once() {
        let zone = Tz::Europe__Berlin;
        for (day, minutes) in [("2026-03-29", 24 * 60), ("2026-10-25", 26 * 60)] {
            let mut last = due(&nightly(), zone, None, at(&format!("{day}T00:00:00Z")) - hours(3));
            let mut runs = 0;
            for minute in 0..minutes {
                let now = at(&format!("{day}T00:00:00Z")) - hours(3) + hours(1) / 60 * minute;
                if let Some(time) = due(&nightly(), zone, last, now) {
                    (last, runs) = (Some(time), runs + 1);
                }
            }
            assert_eq!(runs, 1, "{day}");
        }
    }

    /// Local dates on which a job ran, asked every `step` minutes throughout 2026.
    fn a_year_of(cron: &str, zone: Tz, step: u32) -> Vec<String> {
        let (cron, end) = (Cron::from_str(cron).unwrap(), at("2027-01-01T00:00:00Z"));
        let mut now = at("2026-01-01T00:00:00Z");
        let mut last = due(&cron, zone, None, now);
        let mut days = Vec::new();
        while now < end {
            if let Some(time) = due(&cron, zone, last, now) {
                let local = time.to_datetime().with_timezone(&zone);
                days.push(local.format("%F").to_string());
                last = Some(time);
            }
            now = now + hours(1) / 60 * step;
        }
        days
    }

    #[test]
    fn every_day_of_a_year_has_one_run_with_daylight_saving_and_without() {
        for zone in [Tz::Asia__Shanghai, Tz::Europe__Berlin] {
            for cron in ["30 2 * * *", "0 0 * * *", "59 23 * * *"] {
                let days = a_year_of(cron, zone, 20);
                let mut distinct = days.clone();
                distinct.dedup();
                assert_eq!((days.len(), distinct.len()), (365, 365), "{cron} in {zone}");
            }
        }
    }

    #[test]
    fn a_job_of_every_ten_minutes_runs_through_both_hours_of_a_repeated_one() {
        for zone in [Tz::Asia__Shanghai, Tz::Europe__Berlin] {
            let runs = a_year_of("*/10 * * * *", zone, 5);
            assert_eq!(runs.len(), 365 * 24 * 6 - 1, "{zone}");
        }
    }

    #[test]
    fn a_clock_that_goes_back_over_a_run_does_not_repeat_it() {
        let night = at("2026-11-21T02:30:00Z");
        let back = at("2026-11-21T02:29:00Z");
        assert_eq!(due(&nightly(), Tz::UTC, Some(night), back), None);
        assert_eq!(
            due(&nightly(), Tz::UTC, Some(night), at("2026-11-21T23:00:00Z")),
            None
        );
        let next = at("2026-11-22T02:30:00Z");
        assert_eq!(due(&nightly(), Tz::UTC, Some(night), next), Some(next));
    }

    fn hours(count: u32) -> std::time::Duration {
        std::time::Duration::from_secs(3_600) * count
    }
}
