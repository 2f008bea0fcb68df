//! Screenings on the platform door: is this applicant, or this product, sanctioned anywhere?

use lianfang_encoding::{NodeId, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::entry::Subject;
use crate::receipt::InclusionProof;
use crate::vocabulary::{BasisType, Category, EvidenceGrade, Mode, Purpose, Role, StateName, VerdictName};

/// `POST /v1/screenings`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewScreening {
    /// Why; audited.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub purpose: Purpose,
    /// The caller's own reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_reference: Option<String>,
    /// Who or what is screened.
    pub subject: Subject,
    /// What to answer when something couldn't be asked: `review` (default) or `clear`.
    #[serde(default)]
    pub on_unavailable: OnUnavailable,
}

/// Fail closed or open, as the caller chooses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum OnUnavailable {
    /// A person looks.
    #[default]
    Review,
    /// Answered `clear`, marked `complete: false`.
    Clear,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Screening {
    /// Its id.
    pub id: Uuid,
    /// The caller's own reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_reference: Option<String>,
    /// What was found.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub verdict: VerdictName,
    /// Whether to act on it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub mode: Mode,
    /// Whether everything that could be asked was asked.
    pub complete: bool,
    /// What became of each identifier.
    pub identifiers: Vec<IdentifierOutcome>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// Whose digests were consulted.
    pub publishers: Consulted,
    /// `good`, `general` or `high`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub risk_tier: RiskTier,
    /// What the policy suggests to do.
    pub recommended: Vec<String>,
    /// Version of the policy that decided.
    pub policy_version: String,
    /// When.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub evaluated_at: Timestamp,
    /// Until when the answer may be relied on.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub valid_until: Timestamp,
    /// For the subject, on every adverse answer: opens the reasons and the way to contest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeal_reference: Option<String>,
    /// Set when a reserved test identifier was screened.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
    /// Compact JWS: proof of what the node answered, when (see [`crate::receipt`]). Empty before it is signed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub receipt: String,
    /// Where the answer stands under its receipt. None before it is signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(required = true))]
    pub receipt_proof: Option<InclusionProof>,
}

/// What became of one identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct IdentifierOutcome {
    /// Its place in the request.
    pub index: u32,
    /// Its kind as given.
    pub kind: String,
    /// Whether it was screened.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub status: IdentifierStatus,
    /// Why not, or a remark: a stable code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Whether an identifier was screened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentifierStatus {
    /// Screened against every digest.
    Screened,
    /// Not an identifier of its kind.
    Rejected,
    /// Its token couldn't be had.
    Unavailable,
}

/// One reason for a verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reason {
    /// Stable code.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub code: ReasonCode,
    /// Whose finding.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub publisher: Option<NodeId>,
    /// Which entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Uuid>,
    /// Where it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub state: Option<StateName>,
    /// What for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub category: Option<Category>,
    /// On what it rests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub basis: Option<BasisType>,
    /// Which identifier of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier_index: Option<u32>,
    /// `strict` or `folded`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// How well it is documented.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub evidence_grade: Option<EvidenceGrade>,
    /// When it was decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub since: Option<Timestamp>,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub expires: Option<Timestamp>,
    /// Whether it is contested.
    #[serde(default)]
    pub disputed: bool,
    /// How an entry of this very node is linked to the subject; never about another publisher's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<Link>,
}

impl Reason {
    /// A reason that says nothing but its code.
    pub fn of(code: ReasonCode) -> Self {
        Self {
            code,
            publisher: None,
            entry: None,
            state: None,
            category: None,
            basis: None,
            identifier_index: None,
            level: None,
            evidence_grade: None,
            since: None,
            expires: None,
            disputed: false,
            link: None,
        }
    }
}

/// What the subject and an entry of this node have in common.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Link {
    /// The kind of identifier both carry.
    pub kind: String,
    /// Whose it is, seen from the subject.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub role: Role,
    /// Whose it is, seen from the entry.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub entry_role: Role,
    /// Its place in the entry.
    pub entry_identifier_index: u32,
    /// How much the names resemble each other, in per cent; absent when the identifier is the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// What the score rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
}

/// Stable codes of reasons. The first group blocks, everything else leads to review at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReasonCode {
    /// A final court or administrative finding in my jurisdiction.
    FinalInJurisdiction,
    /// Two independent publishers.
    IndependentPublishers,
    /// A publisher my operator trusts.
    TrustedPublisher,
    /// Confirmed, but the policy doesn't block on it.
    ConfirmedFinding,
    /// Contested, suspended or stayed.
    Disputed,
    /// Interim, default or not final.
    NotFinal,
    /// The matching identifier isn't strong enough to block.
    WeakIdentifier,
    /// The kind names the genuine item or the right.
    GenuineItem,
    /// The identifier isn't verified, or isn't the subject's own.
    NotOwnVerified,
    /// Natural persons aren't blocked automatically.
    NaturalPerson,
    /// Parallel import: review at most.
    ParallelImport,
    /// A match of folded forms only.
    CandidateMatch,
    /// An entry of this node, shared or not, carries the same identifier: whoever was sanctioned may have come back.
    LinkedToOwnEntry,
    /// The name much resembles one in an entry of this node; a candidate.
    SimilarName,
    /// The membership document has expired: no new blocks.
    MembershipExpired,
    /// The clock of the node that answers is off by what most of its peers say: no new blocks.
    ClockOff,
    /// The publisher couldn't be asked to confirm.
    PublisherUnavailable,
    /// Too few committee members answered.
    TokensUnavailable,
    /// The publisher is quarantined here.
    PublisherQuarantined,
}

/// Whose digests were consulted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Consulted {
    /// How many.
    pub consulted: u32,
    /// Who is missing or old.
    pub exceptions: Vec<PublisherException>,
}

/// A publisher whose digests are missing or old.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublisherException {
    /// Who.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: NodeId,
    /// `stale`, `unreachable`, `quarantined` or `rules_differ`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub reason: ExceptionReason,
    /// Age of what was used instead.
    pub freshness_seconds: u64,
}

/// Why a publisher is an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExceptionReason {
    /// Its digest is older than the policy allows.
    Stale,
    /// It couldn't be reached for confirmation.
    Unreachable,
    /// It is quarantined here.
    Quarantined,
    /// It reads some kinds of identifiers by other rules; they weren't compared.
    RulesDiffer,
}

/// Credit tier by local policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskTier {
    /// Nothing known.
    Good,
    /// Something to look at.
    General,
    /// A confirmed finding.
    High,
}

/// `POST /v1/screenings/{id}/decision`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScreeningDecision {
    /// What the platform did.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub outcome: DecisionOutcome,
    /// Who decided: a staff reference, not a name.
    pub reviewer: String,
    /// Why.
    pub reason: String,
}

/// What the platform decided after a screening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DecisionOutcome {
    /// Let in.
    Accepted,
    /// Turned down.
    Rejected,
    /// Passed on.
    Escalated,
}

/// One line of `POST /v1/screenings/batch`'s answer: what came of one input line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ScreeningResult {
    /// Number of the input line, from 1.
    pub line: u64,
    /// The caller's reference, when it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_reference: Option<String>,
    /// The answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Screening>,
    /// Why the line wasn't screened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<crate::Problem>,
}
