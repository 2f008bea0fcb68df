use std::time::Duration;

use lianfang_encoding::Timestamp;

/// A node whose clock is further off what most of the others say does nothing that rests on time and can't be undone
/// (PROTOCOL.md §6).
const TOLERANCE: Duration = Duration::from_secs(60);
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
    /// Most of them don't.
    Off,
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
        let median = middle.map(|micros| micros.unsigned_abs()).min();
        match median {
            Some(median) if Duration::from_micros(median) > TOLERANCE => Self::Off,
            _ => Self::Agrees,
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
            (&[FAR, FAR, FAR], ClockStanding::Off),
            (&[-FAR, 0, -FAR], ClockStanding::Off),
            (&[60_000_000, 60_000_000, FAR], ClockStanding::Agrees),
            (&[FAR, 0, 0], ClockStanding::Agrees),
            (&[-FAR, 0, FAR], ClockStanding::Agrees),
            (&[FAR, 0, FAR, 0], ClockStanding::Agrees),
            (&[FAR, 0, FAR, FAR], ClockStanding::Off),
            (&[i64::MIN, i64::MAX, i64::MIN], ClockStanding::Off),
        ] {
            assert_eq!(ClockStanding::of(ahead.to_vec()), standing, "{ahead:?}");
        }
    }
}
