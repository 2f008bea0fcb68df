use std::time::Duration;

use chrono::{Datelike as _, Weekday};
use lianfang_encoding::Timestamp;

const DAY: Duration = Duration::from_secs(86_400);

/// The same time of day `days` working days later. Saturdays and Sundays don't count; public holidays
/// differ by place and year and do, which makes the clock run out earlier, never later.
pub fn add_working_days(start: Timestamp, days: u32) -> Timestamp {
    let mut time = start;
    let mut left = days;
    while left > 0 {
        time = time + DAY;
        if !matches!(time.to_datetime().weekday(), Weekday::Sat | Weekday::Sun) {
            left -= 1;
        }
    }
    time
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weekend_does_not_count() {
        let friday = Timestamp::parse_rfc3339("2026-11-20T10:00:00Z").unwrap();
        let tuesday = Timestamp::parse_rfc3339("2026-11-24T10:00:00Z").unwrap();
        assert_eq!(add_working_days(friday, 2), tuesday);
    }
}
