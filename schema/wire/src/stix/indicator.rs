use std::collections::BTreeMap;
use std::time::Duration;

use lianfang_encoding::{Audience, NodeId, SubjectType, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Common, ENTRY_EXTENSION, SPEC_VERSION, StixId, StixTime, StixType, identity_id, indicator_id};
use crate::feed::StatusItem;
use crate::vocabulary::{BasisType, Category, DeadlineRule, StateName};

/// An indicator (STIX 2.1 §4.7): one entry in one state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Indicator {
    /// What every object has.
    #[serde(flatten)]
    pub common: Common,
    /// For people.
    pub name: String,
    /// For people.
    pub description: String,
    /// Names the entry by its random id: nothing of the subject can be read from it.
    pub pattern: String,
    /// Always `stix`.
    pub pattern_type: String,
    /// Version of the pattern's language.
    pub pattern_version: String,
    /// When the finding was first published.
    pub valid_from: StixTime,
    /// When it ends by itself, as far as that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<StixTime>,
    /// Our extension, under [`ENTRY_EXTENSION`].
    pub extensions: BTreeMap<StixId, EntryExtension>,
}

/// What STIX has no word for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryExtension {
    /// Always `property-extension`.
    pub extension_type: String,
    /// Who publishes.
    pub publisher: NodeId,
    /// Which entry.
    pub entry: Uuid,
    /// To whom.
    pub audience: Audience,
    /// What it is about.
    pub subject_type: SubjectType,
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<Category>,
    /// On what it rests.
    pub basis: BasisType,
    /// Where it stands.
    pub state: StateName,
    /// Place in the publisher's feed of this audience.
    pub sequence: u64,
    /// When the state was reached.
    pub reached: Timestamp,
    /// When the running deadline ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// The rule that set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_rule: Option<DeadlineRule>,
    /// When the finding ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

impl Indicator {
    /// One version of an entry's indicator, out of what its publisher signed.
    pub fn of(item: &StatusItem, created: StixTime, modified: StixTime) -> Self {
        let id = indicator_id(&item.fed, &item.publisher, item.entry);
        let publisher = identity_id(&item.fed, &item.publisher);
        let category = item.category.map_or("unnamed ground", Category::as_str);
        Self {
            common: Common {
                created_by_ref: Some(StixId::new(StixType::Identity, publisher)),
                revoked: item.state.is_terminal(),
                ..Common::new(StixId::new(StixType::Indicator, id), created, modified)
            },
            name: format!("{}: {category}", item.subject),
            description: format!(
                "Finding of {} about a {}, {}, {}",
                item.publisher, item.subject, item.basis, item.state
            ),
            pattern: format!("[x-lianfang-entry:entry_id = '{}']", item.entry),
            pattern_type: "stix".to_owned(),
            pattern_version: SPEC_VERSION.to_owned(),
            valid_from: created,
            valid_until: valid_until(item, created),
            extensions: BTreeMap::from([(ENTRY_EXTENSION, EntryExtension::of(item))]),
        }
    }
}

impl EntryExtension {
    fn of(item: &StatusItem) -> Self {
        Self {
            extension_type: "property-extension".to_owned(),
            publisher: item.publisher.clone(),
            entry: item.entry,
            audience: item.audience.clone(),
            subject_type: item.subject,
            category: item.category,
            basis: item.basis,
            state: item.state,
            sequence: item.seq,
            reached: item.at,
            deadline: item.deadline,
            deadline_rule: item.rule,
            expires: item.expires,
        }
    }
}

/// Every deadline rule ends in release, so whichever comes first ends the finding; a terminal state has ended it.
/// STIX 2.1 §4.7: later than `valid_from`.
fn valid_until(item: &StatusItem, valid_from: StixTime) -> Option<StixTime> {
    let ended = item.state.is_terminal().then_some(item.at);
    let end = [ended, item.deadline, item.expires].into_iter().flatten().min()?;
    let earliest = valid_from.timestamp() + Duration::from_millis(1);
    Some(StixTime::from(end.max(earliest)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lianfang_encoding::FederationId;

    fn item(state: StateName, deadline: Option<u64>, expires: u64) -> StatusItem {
        StatusItem {
            fed: FederationId([1; 16]),
            publisher: "platform-a".parse().unwrap(),
            audience: "all".parse().unwrap(),
            entry: Uuid::from_u128(7),
            subject: SubjectType::Seller,
            category: Some(Category::Counterfeit),
            basis: BasisType::PlatformDecision,
            seq: 3,
            state,
            deadline: deadline.map(Timestamp::from_secs),
            rule: None,
            expires: Some(Timestamp::from_secs(expires)),
            at: Timestamp::from_secs(100),
        }
    }

    fn until(item: &StatusItem) -> u64 {
        let first = StixTime::from(Timestamp::from_secs(50));
        let indicator = Indicator::of(item, first, first);
        indicator.valid_until.unwrap().timestamp().as_micros()
    }

    #[test]
    fn a_finding_is_valid_until_the_first_of_what_ends_it() {
        assert_eq!(until(&item(StateName::Active, None, 900)), 900_000_000);
        assert_eq!(until(&item(StateName::Contested, Some(300), 900)), 300_000_000);
        assert_eq!(until(&item(StateName::Withdrawn, None, 900)), 100_000_000);
    }

    #[test]
    fn an_end_before_the_beginning_is_put_right_behind_it() {
        assert_eq!(until(&item(StateName::Active, None, 10)), 50_001_000);
    }

    #[test]
    fn only_what_is_over_is_revoked() {
        let first = StixTime::from(Timestamp::from_secs(50));
        for state in StateName::ALL {
            let indicator = Indicator::of(&item(*state, None, 900), first, first);
            assert_eq!(indicator.common.revoked, state.is_terminal(), "{state}");
        }
    }
}
