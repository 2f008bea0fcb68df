//! Which of many records behind one token have to be told, so that whoever is told comes to the verdict that all of them
//! would lead to, under whatever policy.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use lianfang_encoding::Timestamp;
use lianfang_wire::vocabulary::{BasisType, Category, EvidenceGrade, StateName};

/// What a verdict looks at in a record, beside what all records behind a token have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// It is about the subject's own identifier, which the publisher has verified.
    pub own_verified: bool,
    /// As it is told.
    pub state: StateName,
    /// Whether it has ended by this node's clock, which may be in doubt: then readers are told and judge by theirs.
    pub is_over: bool,
    pub basis: BasisType,
    pub jurisdiction: String,
    pub default_judgment: bool,
    pub category: Category,
    pub natural_person: bool,
    /// It rests on another member's entry too: no second publisher beside anybody.
    pub derived: bool,
    pub grade: EvidenceGrade,
    pub decided: Timestamp,
}

impl Facts {
    /// Whether some policy could block on it; the conditions are those of [`super::Blocking`].
    fn may_block(&self) -> bool {
        self.own_verified
            && !self.is_over
            && self.state.is_effective()
            && !self.state.is_disputed()
            && !self.basis.is_interim()
            && !self.default_judgment
            && self.category != Category::ParallelImport
    }

    /// Records that are alike in this are grounds of the same verdicts: where a final finding counts is the reader's
    /// policy, and so is whether natural persons are blocked. One that is `derived` is a ground of fewer, and comes after
    /// its like.
    fn ground(&self) -> Option<(bool, Option<&str>)> {
        let place = self.basis.is_final().then_some(self.jurisdiction.as_str());
        self.may_block().then_some((self.natural_person, place))
    }

    /// The strongest first, the newest of them first.
    fn place(&self) -> impl Ord + use<> {
        (
            self.is_over || self.state.is_terminal(),
            !self.may_block(),
            self.natural_person,
            self.derived,
            !self.basis.is_final(),
            self.state.is_disputed(),
            self.grade.number(),
            Reverse(self.decided),
        )
    }
}

/// The places of at most `most` of `records`: one of each ground, then the strongest.
pub fn told(records: &[Facts], most: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..records.len()).collect();
    order.sort_by_cached_key(|at| records[*at].place());
    let mut grounds = BTreeSet::new();
    let (first, rest): (Vec<_>, Vec<_>) = order
        .into_iter()
        .partition(|at| grounds.insert(records[*at].ground()));
    first.into_iter().chain(rest).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(number: u64) -> Facts {
        Facts {
            own_verified: true,
            state: StateName::Active,
            is_over: false,
            basis: BasisType::PlatformDecision,
            jurisdiction: "CN".to_owned(),
            default_judgment: false,
            category: Category::Counterfeit,
            natural_person: false,
            derived: false,
            grade: EvidenceGrade::Documented,
            decided: Timestamp::from_micros(number),
        }
    }

    fn among_a_thousand(one: Facts) -> Vec<Facts> {
        let mut records: Vec<_> = (0..1_000).map(facts).collect();
        records[500] = one;
        records
    }

    #[test]
    fn a_final_finding_is_told_wherever_it_was_made_and_however_many_others_are_newer() {
        let mut records: Vec<_> = (0..1_000).map(facts).collect();
        for (at, place) in ["US", "DE", "JP"].into_iter().enumerate() {
            records[at].basis = BasisType::CourtFinal;
            records[at].jurisdiction = place.to_owned();
        }
        let told = told(&records, 4);
        assert_eq!(BTreeSet::from_iter(told), BTreeSet::from([0, 1, 2, 999]));
    }

    #[test]
    fn what_can_block_is_told_before_what_cannot() {
        let weaker: [fn(&mut Facts); 7] = [
            |facts| facts.own_verified = false,
            |facts| facts.state = StateName::Contested,
            |facts| facts.basis = BasisType::AdministrativePending,
            |facts| facts.default_judgment = true,
            |facts| facts.category = Category::ParallelImport,
            |facts| facts.natural_person = true,
            |facts| facts.is_over = true,
        ];
        for weaken in weaker {
            let mut records = among_a_thousand(facts(0));
            for (at, record) in records.iter_mut().enumerate() {
                if at != 500 {
                    weaken(record);
                }
            }
            assert_eq!(told(&records, 1), [500]);
        }
    }

    #[test]
    fn what_only_some_policy_blocks_on_or_reviews_is_told_beside_what_all_do() {
        let mut person = facts(0);
        person.natural_person = true;
        assert!(told(&among_a_thousand(person), 64).contains(&500));
        let mut disputed = facts(0);
        disputed.state = StateName::Contested;
        assert!(told(&among_a_thousand(disputed), 64).contains(&500));
    }

    #[test]
    fn of_what_is_alike_what_rests_on_nobody_else_s_entry_is_told_before_what_does() {
        for basis in [BasisType::CourtFinal, BasisType::RightsHolderNotice] {
            let mut records = among_a_thousand(facts(0));
            for (at, record) in records.iter_mut().enumerate() {
                record.basis = basis;
                record.derived = at != 500;
            }
            assert_eq!(told(&records, 1), [500]);
        }
    }

    #[test]
    fn no_more_are_told_than_may_be() {
        let records: Vec<_> = (0..1_000).map(facts).collect();
        let newest: Vec<_> = (936..1_000).rev().collect();
        assert_eq!(told(&records, 64), newest);
        assert_eq!(told(&records[..3], 64), [2, 1, 0]);
    }
}
