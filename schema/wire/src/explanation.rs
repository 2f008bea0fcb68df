//! `GET /v1/admin/explain/{id}`: why something was, or wasn't, sent or matched. For a node's own operator only.

use lianfang_encoding::{NodeId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::peer::Peer;
use crate::screening::{IdentifierOutcome, Screening};
use crate::vocabulary::{EvidenceGrade, StateName};

/// What was asked about, and why it is as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Explanation {
    /// An entry of this node: what of it is published, and who may read that.
    Entry(Box<EntryExplanation>),
    /// Another member: what passes between it and this node.
    Peer(Box<PeerExplanation>),
    /// An earlier answer, as it was given, with what each identifier and reason means.
    Screening(Box<Screening>),
}

/// Why an entry is, or isn't, in a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryExplanation {
    /// The entry.
    pub entry: Uuid,
    /// Its effective state.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub state: StateName,
    /// For whom it is meant.
    pub audience: String,
    /// `seller`, `product`, `consignment` or `content`.
    pub subject_type: String,
    /// How well it is documented.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub evidence_grade: EvidenceGrade,
    /// Sequence of the list's newest head, when there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// Sequence of the head with which the newest of its tokens came to the list; absent when none is in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came: Option<u64>,
    /// Sequence of the head with which tokens of it last left the list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<u64>,
    /// Sequence of its last item in the audience's status feed; absent when none was shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u64>,
    /// Every canonical form of every identifier.
    pub forms: Vec<FormExplanation>,
    /// Identifiers that aren't one of their kind: nobody is found by them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<IdentifierOutcome>,
    /// Every other member.
    pub readers: Vec<ReaderExplanation>,
}

/// What became of one canonical form. The form itself isn't shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormExplanation {
    /// Place of the identifier in the entry.
    pub index: u32,
    /// Kind of the form.
    pub kind: String,
    /// `strict` or `folded`.
    pub level: String,
    /// Whether it is in the digest, and is meant to be.
    pub outcome: FormOutcome,
    /// Code of the rule that keeps it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The rule as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// Whether a form is in the digest, and is meant to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum FormOutcome {
    /// In the digest.
    Published,
    /// It goes out with the next one.
    Waiting,
    /// The privacy filter keeps it out.
    Withheld,
    /// The privacy filter keeps it out, and it leaves with the next one.
    Leaving,
}

/// Whether a member has taken something over, as it last said itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Arrival {
    /// There is nothing to take over, or the member isn't in the audience.
    Nothing,
    /// The member never said what it has.
    #[default]
    Unknown,
    /// It hadn't taken it over when it last said what it has.
    Behind,
    /// It has taken it over.
    TakenOver,
}

/// Whether a member may read the list an entry belongs to, and has taken over what became of the entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReaderExplanation {
    /// The member.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub peer: NodeId,
    /// Whether it belongs to the audience.
    pub may_read: bool,
    /// Sequence of the list that the member said it has in force; absent when it never said or has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<u64>,
    /// Whether it has the version of the list in which the entry's tokens came or left, whichever was later.
    #[serde(default)]
    pub list: Arrival,
    /// Whether it has the entry's last status item: what withdraws an entry at once, before any list does.
    #[serde(default)]
    pub status: Arrival,
    /// When it said so, by this node's clock; absent when it never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub said_at: Option<Timestamp>,
    /// Whether that is its answer of this moment, and not an earlier one of a member that can't be asked now.
    #[serde(default)]
    pub answered: bool,
}

/// What passes between this node and another member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PeerExplanation {
    /// What is held of it and what went wrong.
    pub peer: Peer,
    /// This node's own lists.
    pub lists: Vec<OwnListExplanation>,
}

/// Whether a member may read one of this node's lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OwnListExplanation {
    /// The audience.
    pub audience: String,
    /// `seller`, `product`, `consignment` or `content`.
    pub subject_type: String,
    /// The epoch of the token keys.
    pub epoch: u32,
    /// Sequence of its newest head.
    pub sequence: u64,
    /// Whether the member belongs to the audience.
    pub may_read: bool,
    /// Sequence that the member said it has in force; absent when it never said or has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<u64>,
    /// When it said so, by this node's clock; absent when it never did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub said_at: Option<Timestamp>,
}
