//! The brake (PROTOCOL.md §3): when a publisher's digests are held back until a person has looked.

/// Days that count together.
pub const WINDOW_DAYS: u64 = 30;

/// What was seen of one publisher over the window, or on one day of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Subjects of this node that were looked up.
    pub looked_up: u64,
    /// Those that the publisher's digests hit.
    pub hits: u64,
    /// Hits that no record stood behind.
    pub unfounded: u64,
}

/// From when on the operator wants to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrakeRule {
    /// Hits per million subjects looked up; 1,000,000 never brakes.
    pub hits_per_million: u64,
    /// Fewer hits than this are chance.
    pub least_hits: u64,
    /// Fewer unfounded hits than this are chance; beyond, more than half of all hits being unfounded brakes.
    pub least_unfounded: u64,
    /// Growth of a day that is nobody's concern, in prefixes.
    pub free_growth: u64,
    /// Times the average day that a day may grow.
    pub growth_factor: u64,
}

impl Default for BrakeRule {
    fn default() -> Self {
        Self {
            hits_per_million: 20_000,
            least_hits: 50,
            least_unfounded: 20,
            free_growth: 10_000,
            growth_factor: 5,
        }
    }
}

/// Why a publisher is held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BrakeReason {
    /// Its digests hit more of this node's own subjects than one would believe.
    TooManyHits,
    /// Most of its hits have no record behind them.
    UnfoundedHits,
    /// Its digests hit more of those who trade here already than one would believe.
    TooManyMonitored,
    /// Its lists grow faster than is its habit.
    Growth,
}

impl BrakeReason {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooManyHits => "brake_too_many_hits",
            Self::UnfoundedHits => "brake_unfounded_hits",
            Self::TooManyMonitored => "brake_too_many_monitored",
            Self::Growth => "brake_growth",
        }
    }
}

/// Whether what was seen over the window calls for the brake.
pub fn brake(seen: Seen, rule: &BrakeRule) -> Option<BrakeReason> {
    if seen.unfounded >= rule.least_unfounded && seen.unfounded > seen.hits / 2 {
        Some(BrakeReason::UnfoundedHits)
    } else {
        is_too_many(seen.hits, seen.looked_up, rule).then_some(BrakeReason::TooManyHits)
    }
}

/// Whether what a publisher hit of the subjects that are watched, over the window, calls for the brake. Hits without
/// records don't count apart: a large roster has some by chance with every base.
pub fn brake_monitored(hits: u64, monitored: u64, rule: &BrakeRule) -> Option<BrakeReason> {
    is_too_many(hits, monitored, rule).then_some(BrakeReason::TooManyMonitored)
}

fn is_too_many(hits: u64, subjects: u64, rule: &BrakeRule) -> bool {
    let bound = u128::from(rule.hits_per_million) * u128::from(subjects);
    hits >= rule.least_hits && u128::from(hits) * 1_000_000 > bound
}

/// Whether a day's growth calls for the brake. `days` are the growth of each earlier day on which the publisher was
/// heard of; without any there is no habit yet, and quotas alone bound it.
pub fn brake_growth(today: u64, days: &[u64], rule: &BrakeRule) -> Option<BrakeReason> {
    let count = days.len() as u64;
    let average = days.iter().sum::<u64>().checked_div(count)?;
    let bound = rule.free_growth.max(average.saturating_mul(rule.growth_factor));
    (today > bound).then_some(BrakeReason::Growth)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(looked_up: u64, hits: u64, unfounded: u64) -> Seen {
        Seen {
            looked_up,
            hits,
            unfounded,
        }
    }

    #[test]
    fn a_share_of_hits_above_the_rule_brakes_and_a_handful_never_does() {
        let rule = BrakeRule::default();
        assert_eq!(brake(seen(49, 49, 0), &rule), None);
        assert_eq!(brake(seen(2_500, 50, 0), &rule), None);
        assert_eq!(brake(seen(2_499, 50, 0), &rule), Some(BrakeReason::TooManyHits));
        assert_eq!(brake(seen(1_000_000, 20_000, 0), &rule), None);
    }

    #[test]
    fn hits_without_records_brake_when_they_are_most() {
        let rule = BrakeRule::default();
        assert_eq!(brake(seen(1_000_000, 19, 19), &rule), None);
        assert_eq!(brake(seen(1_000_000, 40, 20), &rule), None);
        assert_eq!(
            brake(seen(1_000_000, 40, 21), &rule),
            Some(BrakeReason::UnfoundedHits)
        );
    }

    #[test]
    fn a_share_of_those_who_are_watched_brakes_as_one_of_applicants_does() {
        let rule = BrakeRule::default();
        assert_eq!(brake_monitored(49, 49, &rule), None);
        assert_eq!(brake_monitored(50, 2_500, &rule), None);
        assert_eq!(
            brake_monitored(50, 2_499, &rule),
            Some(BrakeReason::TooManyMonitored)
        );
    }

    #[test]
    fn an_open_brake_never_brakes_for_hits() {
        let open = BrakeRule {
            hits_per_million: 1_000_000,
            ..BrakeRule::default()
        };
        assert_eq!(brake(seen(100, 100, 0), &open), None);
    }

    #[test]
    fn growth_is_measured_by_habit() {
        let rule = BrakeRule::default();
        assert_eq!(brake_growth(u64::MAX, &[], &rule), None);
        assert_eq!(brake_growth(10_000, &[0, 0, 10], &rule), None);
        assert_eq!(
            brake_growth(10_001, &[0, 0, 10], &rule),
            Some(BrakeReason::Growth)
        );
        assert_eq!(brake_growth(50_000, &[10_000, 10_000], &rule), None);
        assert_eq!(
            brake_growth(50_001, &[10_000, 10_000], &rule),
            Some(BrakeReason::Growth)
        );
    }
}
