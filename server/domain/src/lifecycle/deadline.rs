use std::time::Duration;

use lianfang_encoding::Timestamp;
use lianfang_wire::record::Record;
use lianfang_wire::vocabulary::{BasisType, DeadlineRule, StateName};
use serde::{Deserialize, Serialize};

use super::add_working_days;

const DAY: u64 = 86_400;

/// A running clock and what its end means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deadline {
    /// When it runs out.
    pub due: Timestamp,
    /// Which rule set it.
    pub rule: DeadlineRule,
}

/// What happens when the one who owes an act lets a deadline pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnLapse {
    /// The entry is released.
    Release,
}

impl Deadline {
    /// What its lapse means.
    pub fn on_lapse(&self) -> OnLapse {
        match self.rule {
            DeadlineRule::CnEcommerceLaw
            | DeadlineRule::PlatformReview
            | DeadlineRule::Forwarding
            | DeadlineRule::IdentityMisuse => OnLapse::Release,
        }
    }

    /// Whether it has run out.
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        self.due <= now
    }
}

/// The clock that a contest starts, by what the finding rests on; final findings have none.
pub fn contest_deadline(basis: BasisType, now: Timestamp) -> Option<Deadline> {
    match basis {
        BasisType::RightsHolderNotice => Some(Deadline {
            due: now + Duration::from_secs(15 * DAY),
            rule: DeadlineRule::CnEcommerceLaw,
        }),
        BasisType::PlatformDecision | BasisType::CourtInterim | BasisType::AdministrativePending => {
            Some(Deadline {
                due: add_working_days(now, 10),
                rule: DeadlineRule::PlatformReview,
            })
        }
        BasisType::CourtFinal | BasisType::AdministrativeFinal => None,
    }
}

/// The clock that forwarding starts.
pub fn forwarding_deadline(now: Timestamp) -> Deadline {
    Deadline {
        due: add_working_days(now, 3),
        rule: DeadlineRule::Forwarding,
    }
}

/// The clock that counts of an entry that its publisher says has been in `state` since `at`: the earlier of the one it
/// states and the rule's, so that nobody keeps an entry alive by stating a late end or none (PROTOCOL.md §6).
pub fn binding_deadline(
    state: StateName,
    basis: BasisType,
    at: Timestamp,
    stated: Option<Deadline>,
) -> Option<Deadline> {
    let by_rule = match state {
        StateName::Contested => contest_deadline(basis, at),
        StateName::Forwarded => Some(forwarding_deadline(at)),
        _ => None,
    };
    let both = stated.into_iter().chain(by_rule);
    both.min_by_key(|deadline| deadline.due)
}

/// The clock that counts of what a record says. It was signed after its state was reached: the time of the status item is
/// the stricter one.
pub fn recorded_deadline(record: &Record) -> Option<Deadline> {
    let stated = record.deadline.zip(record.deadline_rule);
    let stated = stated.map(|(due, rule)| Deadline { due, rule });
    binding_deadline(record.state, record.basis.kind, record.issued, stated)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at() -> Timestamp {
        Timestamp::from_secs(1_000)
    }

    fn stated(due: Timestamp) -> Option<Deadline> {
        let rule = DeadlineRule::IdentityMisuse;
        Some(Deadline { due, rule })
    }

    #[test]
    fn of_what_a_publisher_states_and_what_the_rule_gives_the_earlier_counts() {
        let binding = |state, stated| binding_deadline(state, BasisType::RightsHolderNotice, at(), stated);
        let soon = stated(at() + Duration::from_secs(1));
        let by_rule = [
            (
                StateName::Contested,
                contest_deadline(BasisType::RightsHolderNotice, at()),
            ),
            (StateName::Forwarded, Some(forwarding_deadline(at()))),
        ];
        for (state, by_rule) in by_rule {
            assert!(by_rule.is_some());
            assert_eq!(binding(state, None), by_rule, "{state}");
            assert_eq!(binding(state, stated(Timestamp::MAX)), by_rule, "{state}");
            assert_eq!(binding(state, soon), soon, "{state}");
        }
        assert_eq!(binding(StateName::Active, None), None, "no clock runs");
    }

    #[test]
    fn a_final_finding_has_no_clock_but_the_one_its_publisher_states() {
        let binding = |stated| binding_deadline(StateName::Contested, BasisType::CourtFinal, at(), stated);
        assert_eq!(binding(None), None);
        assert_eq!(binding(stated(at())), stated(at()));
    }
}
