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
    /// Tokens that were looked up in a list of the publisher's, for each list.
    pub lookups: u64,
}

/// From when on the operator wants to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BrakeRule {
    /// Hits per million subjects looked up; 1,000,000 never brakes.
    pub hits_per_million: u64,
    /// Fewer hits than this are chance.
    pub least_hits: u64,
    /// So many unfounded hits beyond those that chance explains brake, when they are more than the founded ones.
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
    let unfounded = seen.unfounded.saturating_sub(by_chance(seen.lookups));
    let founded = seen.hits.saturating_sub(seen.unfounded);
    if unfounded >= rule.least_unfounded && unfounded > founded {
        Some(BrakeReason::UnfoundedHits)
    } else {
        is_too_many(seen.hits, seen.looked_up, rule).then_some(BrakeReason::TooManyHits)
    }
}

/// As many hits without a record as chance gives an honest publisher. A full base has 2^-20 of them for each token that is
/// looked up, and its deltas no more than that again (PROTOCOL.md §3). Each token counts once, so that their number is
/// Poisson's with at most this mean: it goes five standard deviations beyond it less than once in a million times, and
/// where the mean is small and the tail longer, the least number that brakes is added to this.
fn by_chance(lookups: u64) -> u64 {
    let mean = lookups >> 19;
    mean + 5 * mean.isqrt()
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
            lookups: 0,
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
    fn hits_that_chance_explains_are_nobody_s_fault() {
        let rule = BrakeRule::default();
        // 1.3 million subjects with 8 identifiers each, in two lists.
        let looked_up = 1_300_000;
        let seen = |unfounded| Seen {
            lookups: looked_up * 8 * 2,
            ..seen(looked_up, unfounded, unfounded)
        };
        // Chance gives 20 to 40, and 69 hardly ever.
        for unfounded in [20, 40, 69, 88] {
            assert_eq!(brake(seen(unfounded), &rule), None, "{unfounded}");
        }
        assert_eq!(brake(seen(89), &rule), Some(BrakeReason::UnfoundedHits));
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
