//! Entries on the platform door: what a publisher records about a sanctioned seller or product.

use lianfang_encoding::{NodeId, SubjectType, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::vocabulary::{
    BasisType, Category, DeadlineRule, EventType, EvidenceGrade, MeasureAction, Role, StateName,
};

/// `POST /v1/entries`. Everything the publisher knows; raw identifiers never leave its node.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewEntry {
    /// The publisher's own reference; posting the same one twice records one entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_reference: Option<String>,
    /// Other members' entries this finding rests on. With any, and nothing of its own, it stays local.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived_from: Vec<Source>,
    /// Who or what it is about.
    pub subject: Subject,
    /// What was infringed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub violation: Option<Violation>,
    /// On what the finding rests.
    pub basis: Basis,
    /// The decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// How much was sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// What the publisher itself did; every other platform decides alone.
    pub measure: Measure,
    /// Evidence by hash.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// When and how the subject was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_notice: Option<SubjectNotice>,
    /// When the finding ends: required, and at most 24 months after a platform's own decision.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires: Timestamp,
    /// With whom it is shared.
    #[serde(default)]
    pub sharing: Sharing,
}

/// Another member's entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Source {
    /// Who published it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub publisher: NodeId,
    /// Which one.
    pub entry: Uuid,
}

/// Who or what an entry or a screening is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Subject {
    /// Seller, product, consignment or content.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub kind: SubjectType,
    /// Whether the seller is a natural person; such are never blocked automatically by default.
    #[serde(default)]
    pub natural_person: bool,
    /// Its identifiers, 1 to 64.
    pub identifiers: Vec<Identifier>,
}

/// One identifier as the platform knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Identifier {
    /// A kind of `lianfang identifier kinds`.
    pub kind: String,
    /// The value as it was received.
    pub value: String,
    /// ISO 3166-1 alpha-2, needed by kinds that are read by region (telephone numbers).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Whose it is.
    #[serde(default = "own")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub role: Role,
    /// Whether the platform verified that it belongs to the subject.
    #[serde(default)]
    pub verified: bool,
    /// When it was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub observed_at: Option<Timestamp>,
}

fn own() -> Role {
    Role::Own
}

/// What was infringed. Broken rules of problem documents have the same name: the OpenAPI document needs another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = EntryViolation))]
pub struct Violation {
    /// What for.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub category: Category,
    /// The right at stake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<Right>,
}

/// An intellectual-property right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Right {
    /// `trademark`, `patent`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Its number at the office.
    pub number: String,
    /// Where it holds.
    pub jurisdiction: String,
    /// Classes of the Nice classification.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nice_classes: Vec<u8>,
    /// `valid`, `lapsed`, `invalidation_pending`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// When the status was looked up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub checked_at: Option<Timestamp>,
}

/// On what a finding rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Basis {
    /// The kind of decision.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub kind: BasisType,
    /// ISO 3166-1 alpha-2.
    pub jurisdiction: String,
    /// Case number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Given by default.
    #[serde(default)]
    pub default_judgment: bool,
}

/// The decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Decision {
    /// When.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub decided_at: Timestamp,
    /// Whether a machine found the case.
    #[serde(default)]
    pub detection_automated: bool,
    /// How far a machine decided it: `none`, `partial` or `full`.
    #[serde(default)]
    pub decision_automation: Automation,
    /// What happened, for the statement of reasons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<String>,
}

/// How far a machine decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Automation {
    /// A person decided.
    #[default]
    None,
    /// A person decided on a machine's proposal.
    Partial,
    /// A machine decided.
    Full,
}

/// How much was sold, for thresholds of referral.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Scale {
    /// First day.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub period_start: Timestamp,
    /// Last day.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub period_end: Timestamp,
    /// Turnover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sales: Option<Amount>,
    /// Items sold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<u64>,
}

/// Money as decimal text and ISO 4217 code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Amount {
    /// For example `50000.00`.
    pub amount: String,
    /// For example `USD`.
    pub currency: String,
}

/// What the publisher itself did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Measure {
    /// The measure.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub action: MeasureAction,
    /// Where it applies.
    pub jurisdictions: Vec<String>,
    /// Since when.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub effective_from: Timestamp,
}

/// Evidence held by the publisher, by hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Evidence {
    /// SHA-256, 64 hexadecimal digits.
    pub sha256: String,
    /// IANA media type.
    pub media_type: String,
    /// For people.
    pub title: String,
}

/// When and how the subject was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SubjectNotice {
    /// When.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub sent_at: Timestamp,
    /// How.
    pub channel: String,
}

/// With whom an entry is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Sharing {
    /// Exactly one audience of the membership document.
    pub audience: String,
}

impl Default for Sharing {
    fn default() -> Self {
        Self {
            audience: "all".to_owned(),
        }
    }
}

/// An entry as its publisher reads it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Entry {
    /// Random id.
    pub id: Uuid,
    /// Where it stands.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub state: StateName,
    /// End of the running deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub deadline: Option<Timestamp>,
    /// The rule that set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub deadline_rule: Option<DeadlineRule>,
    /// Rises with every change; the ETag.
    pub revision: u64,
    /// How well it is documented.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub evidence_grade: EvidenceGrade,
    /// Why it isn't shared, if it isn't.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_reason: Option<String>,
    /// When it was recorded.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it last changed.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub updated_at: Timestamp,
    /// What was recorded.
    pub content: NewEntry,
}

/// `POST /v1/entries/{id}/events`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewEvent {
    /// What happened.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub kind: EventType,
    /// Why, for the timeline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Number of the court or office case, where the event needs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
}

/// One line of an entry's timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TimelineEvent {
    /// Sequence in the node's log.
    pub seq: u64,
    /// What happened.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub kind: EventType,
    /// When.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// The state it led to.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub state: StateName,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Number of the court or office case, where the event gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Who.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// SHA-256 commitment to the event's payload, 64 hexadecimal digits.
    pub commitment: String,
}

/// A page of entries.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EntryPage {
    /// The entries.
    pub items: Vec<Entry>,
    /// Where the next page starts, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// One line of `POST /v1/entries/batch`'s answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BatchResult {
    /// Number of the input line, from 1.
    pub line: u64,
    /// The publisher's reference, when it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_reference: Option<String>,
    /// The entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Whether this line recorded it; `false` when it was already there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<bool>,
    /// Whether the entry takes the place of one that was incomplete, which has ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub completed: bool,
    /// Why the entry isn't shared, if it isn't: `incomplete` or `derived`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local_reason: Option<String>,
    /// Why the line was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<crate::Problem>,
}
