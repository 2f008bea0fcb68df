use lianfang_domain::lifecycle::{Deadline, binding_deadline};
use lianfang_encoding::{FederationId, Timestamp};
use lianfang_store::{FeedKind, FeedRow};
use lianfang_wire::feed::StatusItem;
use lianfang_wire::stix::{Indicator, MemberDescription, StixObject, StixTime, StixType};

use crate::FlowError;

const UNREADABLE: FlowError = FlowError::Internal("an object of the feed can't be read");

/// A row as regulators get it: a function of the row alone, so that a version never changes.
pub(super) fn stix(fed: &FederationId, row: &FeedRow) -> Result<StixObject, FlowError> {
    let (created, modified) = (StixTime::from(row.created), StixTime::from(row.modified));
    match FeedKind::from_number(row.kind).ok_or(UNREADABLE)? {
        FeedKind::Definition | FeedKind::Software => {
            serde_json::from_slice(&row.content).map_err(|_| UNREADABLE)
        }
        FeedKind::Member => {
            let member: MemberDescription = serde_json::from_slice(&row.content).map_err(|_| UNREADABLE)?;
            Ok(StixObject::Identity(member.identity(fed, created, modified)))
        }
        FeedKind::Entry => {
            let item = StatusItem::read(&row.content).map_err(|_| UNREADABLE)?;
            let item = under_the_clock_that_counts(item, row);
            Ok(StixObject::Indicator(Box::new(Indicator::of(
                &item, created, modified,
            ))))
        }
    }
}

/// With the deadline by which members release it, whatever its publisher states.
fn under_the_clock_that_counts(item: StatusItem, row: &FeedRow) -> StatusItem {
    let stated = item.deadline.zip(item.rule);
    let stated = stated.map(|(due, rule)| Deadline { due, rule });
    let deadline = binding_deadline(item.state, item.basis, came_about(&item, row), stated);
    StatusItem {
        deadline: deadline.map(|deadline| deadline.due),
        rule: deadline.map(|deadline| deadline.rule),
        ..item
    }
}

/// When the state was reached, no later than it was heard of. `modified` says in whole milliseconds when that was by the
/// peers' time, if this node's clock was behind it.
fn came_about(item: &StatusItem, row: &FeedRow) -> Timestamp {
    match StixTime::from(item.at) <= StixTime::from(row.modified) {
        true => item.at,
        false => item.at.min(row.added.max(row.modified)),
    }
}

/// Which rows may hold objects of a type.
pub(super) fn kinds(of: StixType) -> &'static [FeedKind] {
    match of {
        StixType::ExtensionDefinition => &[FeedKind::Definition],
        StixType::Identity => &[FeedKind::Software, FeedKind::Member],
        StixType::Indicator => &[FeedKind::Entry],
    }
}

#[cfg(test)]
mod tests {
    use lianfang_encoding::{SigningKey, SubjectType};
    use lianfang_wire::stix::ENTRY_EXTENSION;
    use lianfang_wire::vocabulary::{BasisType, Category, DeadlineRule, StateName};
    use uuid::Uuid;

    use super::*;

    const DAY: u64 = 86_400;
    const EXPIRES: u64 = 900 * DAY;

    /// When the entry of an item ends for regulators, in days, and by which rule.
    fn until(
        state: StateName,
        at: u64,
        deadline: Option<(u64, DeadlineRule)>,
    ) -> (u64, Option<DeadlineRule>) {
        until_with(state, (at, 1), deadline)
    }

    /// Of an item that came about on one day and whose version is of another.
    fn until_with(
        state: StateName,
        (at, modified): (u64, u64),
        deadline: Option<(u64, DeadlineRule)>,
    ) -> (u64, Option<DeadlineRule>) {
        let item = StatusItem {
            fed: FederationId([1; 16]),
            publisher: "platform-a".parse().unwrap(),
            audience: "all".parse().unwrap(),
            entry: Uuid::from_u128(7),
            subject: SubjectType::Seller,
            category: Some(Category::Counterfeit),
            basis: BasisType::RightsHolderNotice,
            seq: 3,
            state,
            deadline: deadline.map(|(due, _)| Timestamp::from_secs(due * DAY)),
            rule: deadline.map(|(_, rule)| rule),
            expires: Some(Timestamp::from_secs(EXPIRES)),
            at: Timestamp::from_secs(at * DAY),
        };
        let row = FeedRow {
            added: Timestamp::from_secs(12 * DAY),
            kind: FeedKind::Entry.number(),
            object_id: Uuid::from_u128(8),
            audience: item.audience.clone(),
            subject_type: Some(1),
            created: Timestamp::from_secs(DAY),
            modified: Timestamp::from_secs(modified * DAY),
            superseded: None,
            content: item.sign(&SigningKey::from_seed(&[7; 32])),
        };
        let StixObject::Indicator(indicator) = stix(&item.fed, &row).unwrap() else {
            panic!("not an indicator")
        };
        let said = &indicator.extensions[&ENTRY_EXTENSION];
        let until = indicator.valid_until.unwrap().timestamp();
        if let Some(deadline) = said.deadline {
            assert_eq!(deadline, until);
        }
        (until.as_secs() / DAY, said.deadline_rule)
    }

    #[test]
    fn what_was_heard_under_a_clock_that_was_behind_ends_for_regulators_by_the_peers_time() {
        let law = Some(DeadlineRule::CnEcommerceLaw);
        assert_eq!(until_with(StateName::Contested, (20, 20), None), (35, law));
        assert_eq!(until_with(StateName::Contested, (800, 20), None), (35, law));
    }

    #[test]
    fn a_contested_finding_ends_for_regulators_when_members_release_it_whatever_its_publisher_states() {
        let law = Some(DeadlineRule::CnEcommerceLaw);
        assert_eq!(until(StateName::Contested, 10, None), (25, law));
        let late = Some((700, DeadlineRule::CnEcommerceLaw));
        assert_eq!(until(StateName::Contested, 10, late), (25, law));
        assert_eq!(
            until(StateName::Contested, 800, late),
            (27, law),
            "from its arrival, not from a time ahead"
        );
        let early = Some((13, DeadlineRule::IdentityMisuse));
        assert_eq!(
            until(StateName::Contested, 10, early),
            (13, Some(DeadlineRule::IdentityMisuse))
        );
        assert_eq!(until(StateName::Active, 10, None), (EXPIRES / DAY, None));
    }
}
