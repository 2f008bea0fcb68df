use lianfang_encoding::FederationId;
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
            Ok(StixObject::Indicator(Box::new(Indicator::of(
                &item, created, modified,
            ))))
        }
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
