use std::time::Duration;

use lianfang_encoding::Timestamp;

/// A node whose clock is further off what most of the others say does nothing that rests on time and can't be undone
/// (PROTOCOL.md §6).
const TOLERANCE: Duration = Duration::from_secs(60);
/// The others move a time no further than this: what they say may be wrong, and what rests on it stays.
const FURTHEST: Duration = Duration::from_secs(31 * 86_400);

/// The one source of time for domain, store, jobs and digests. TLS and JWT keep the system's.
pub trait Clock: Send + Sync {
    /// The present time.
    fn now(&self) -> Timestamp;
}

/// What the others say of a node's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockStanding {
    /// Most of them agree with it.
    Agrees,
    /// Most of them don't: by their median they are so many microseconds ahead of it.
    Off(i64),
    /// Too few have said what time it is.
    Unknown,
}

impl ClockStanding {
    /// So many others are needed to say that a clock is off: one alone that lies or errs is outvoted.
    pub const LEAST_ANSWERS: usize = 3;

    /// By how many microseconds each of the others is ahead. Of an even number the one of the two in the middle counts that
    /// is nearer to this clock: a half that differs doesn't say which half is right.
    pub fn of(mut ahead_micros: Vec<i64>) -> Self {
        if ahead_micros.len() < Self::LEAST_ANSWERS {
            return Self::Unknown;
        }
        ahead_micros.sort_unstable();
        let middle = [(ahead_micros.len() - 1) / 2, ahead_micros.len() / 2];
        let middle = middle.iter().filter_map(|place| ahead_micros.get(*place));
        match middle.min_by_key(|micros| micros.unsigned_abs()) {
            Some(median) if Duration::from_micros(median.unsigned_abs()) > TOLERANCE => Self::Off(*median),
            _ => Self::Agrees,
        }
    }

    /// Whether most of the others don't agree with the clock.
    pub fn is_off(self) -> bool {
        matches!(self, Self::Off(_))
    }

    /// When a deadline begins that somebody starts as this clock says `now`: no earlier than the others say, where it is off.
    /// They move it to no earlier time, so that nobody has a deadline begin long ago by lying. None when they are too far
    /// ahead to be believed.
    pub fn beginning(self, now: Timestamp) -> Option<Timestamp> {
        (self.behind() <= FURTHEST).then(|| now + self.behind())
    }

    /// When something arrived that this clock dates `now`: no earlier than the others say, as far as they may be believed.
    pub fn arrival(self, now: Timestamp) -> Timestamp {
        now + self.behind().min(FURTHEST)
    }

    /// How far the clock is behind, where it is off.
    fn behind(self) -> Duration {
        match self {
            Self::Off(ahead) => Duration::from_micros(u64::try_from(ahead).unwrap_or_default()),
            Self::Agrees | Self::Unknown => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_what_the_others_say_tells_whether_a_clock_is_off() {
        const FAR: i64 = 60_000_001;
        for (ahead, standing) in [
            (&[][..], ClockStanding::Unknown),
            (&[FAR, FAR], ClockStanding::Unknown),
            (&[FAR, FAR, FAR], ClockStanding::Off(FAR)),
            (&[-FAR, 0, -FAR], ClockStanding::Off(-FAR)),
            (&[60_000_000, 60_000_000, FAR], ClockStanding::Agrees),
            (&[FAR, 0, 0], ClockStanding::Agrees),
            (&[-FAR, 0, FAR], ClockStanding::Agrees),
            (&[FAR, 0, FAR, 0], ClockStanding::Agrees),
            (&[FAR, 0, FAR, FAR], ClockStanding::Off(FAR)),
            (&[i64::MIN, i64::MAX, i64::MIN], ClockStanding::Off(i64::MIN)),
        ] {
            assert_eq!(ClockStanding::of(ahead.to_vec()), standing, "{ahead:?}");
        }
    }

    #[test]
    fn what_begins_under_a_clock_that_is_behind_begins_by_that_of_the_others_if_it_is_near() {
        const FURTHEST: i64 = 31 * 86_400_000_000;
        let now = Timestamp::from_secs(1_000);
        for (standing, beginning) in [
            (ClockStanding::Off(61_000_000), Some(Timestamp::from_secs(1_061))),
            (ClockStanding::Off(FURTHEST), Some(now + super::FURTHEST)),
            (ClockStanding::Off(FURTHEST + 1), None),
            (ClockStanding::Off(i64::MAX), None),
            (ClockStanding::Off(-61_000_000), Some(now)),
            (ClockStanding::Off(i64::MIN), Some(now)),
            (ClockStanding::Agrees, Some(now)),
            (ClockStanding::Unknown, Some(now)),
        ] {
            assert_eq!(standing.beginning(now), beginning, "{standing:?}");
            let arrival = beginning.unwrap_or(now + super::FURTHEST);
            assert_eq!(standing.arrival(now), arrival, "{standing:?}");
        }
    }
}
