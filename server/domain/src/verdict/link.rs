use lianfang_encoding::{NodeId, Timestamp};
use lianfang_identifier::{Kind, Level, Strength};
use lianfang_wire::screening::{Link, Reason, ReasonCode};
use lianfang_wire::vocabulary::{BasisType, Category, EvidenceGrade, Role, StateName};
use uuid::Uuid;

use super::ScreenedIdentifier;
use crate::names::Resemblance;

/// An identifier of the screened subject that an entry of this very node carries too, shared or not. Leads to
/// review at most: who comes back under an old payee's number may be that payee's next customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnLink {
    /// This node.
    pub publisher: NodeId,
    /// The entry.
    pub entry: Uuid,
    /// Its state, as it counts now.
    pub state: StateName,
    pub category: Option<Category>,
    pub basis: BasisType,
    pub grade: EvidenceGrade,
    pub since: Option<Timestamp>,
    pub expires: Option<Timestamp>,
    /// The kind both carry.
    pub kind: Kind,
    pub level: Level,
    /// Place and role of the identifier in the entry.
    pub entry_index: u32,
    pub role: Role,
    /// The identifier of the subject.
    pub identifier: ScreenedIdentifier,
    /// Set when the names aren't the same but much alike.
    pub resemblance: Option<Resemblance>,
}

impl OwnLink {
    /// Needs a second signal about the same entry: names, brands, shared mailboxes, genuine goods.
    pub(super) fn is_candidate(&self) -> bool {
        self.level == Level::Folded
            || self.resemblance.is_some()
            || matches!(
                lianfang_identifier::info(self.kind).strength,
                Strength::Weak | Strength::Genuine
            )
    }

    /// The reason to show.
    pub(super) fn reason(&self) -> Reason {
        let code = if self.resemblance.is_some() {
            ReasonCode::SimilarName
        } else if self.is_candidate() {
            ReasonCode::CandidateMatch
        } else {
            ReasonCode::LinkedToOwnEntry
        };
        Reason {
            publisher: Some(self.publisher.clone()),
            entry: Some(self.entry),
            state: Some(self.state),
            category: self.category,
            basis: Some(self.basis),
            identifier_index: Some(self.identifier.index),
            level: Some(self.level.name().to_owned()),
            evidence_grade: Some(self.grade),
            since: self.since,
            expires: self.expires,
            disputed: self.state.is_disputed(),
            link: Some(Link {
                kind: self.kind.name().to_owned(),
                role: self.identifier.role,
                entry_role: self.role,
                entry_identifier_index: self.entry_index,
                score: self.resemblance.map(|found| found.score),
                explanation: self.resemblance.map(|found| found.explained()),
            }),
            ..Reason::of(code)
        }
    }
}
