//! Alerts on the platform door: a confirmed finding about a seller or product that trades already.

use lianfang_encoding::{NodeId, Timestamp, vocabulary};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::vocabulary::{BasisType, Category, DeadlineRule, EvidenceGrade, MeasureAction, StateName};

vocabulary! {
    /// Where an alert stands.
    pub enum AlertState {
        /// A person has to look.
        Open = 1 "open",
        /// A person decided.
        Resolved = 2 "resolved",
        /// Ended by itself: the finding, or the subject's place in the roster, ended.
        Closed = 3 "closed",
    }
}

vocabulary! {
    /// What happened to an alert; the `event` of `GET /v1/events`.
    pub enum AlertChange {
        /// A finding about a monitored subject was confirmed.
        Opened = 1 "alert.opened",
        /// The finding is in another state, for instance contested.
        Changed = 2 "alert.changed",
        /// A person decided.
        Resolved = 3 "alert.resolved",
        /// Ended by itself.
        Closed = 4 "alert.closed",
    }
}

vocabulary! {
    /// What a platform decided about an alert. Each platform decides alone.
    pub enum AlertOutcome {
        /// It took a measure of its own.
        Acted = 1 "acted",
        /// It is the subject, and no measure was taken.
        NoAction = 2 "no_action",
        /// It isn't the subject that the finding is about.
        NotOurs = 3 "not_ours",
    }
}

/// A confirmed finding about a monitored subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Alert {
    /// Its id.
    pub id: Uuid,
    /// The platform's own name for the subject.
    pub client_reference: String,
    /// Where it stands.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub state: AlertState,
    /// When it was opened.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub opened_at: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub ended_at: Option<Timestamp>,
    /// Why it ended by itself: the entry's last state, `subject_removed` or `subject_changed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
    /// Which of the subject's identifiers the finding is about.
    pub matches: Vec<AlertMatch>,
    /// The finding.
    pub finding: AlertFinding,
    /// What a person decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<RecordedDecision>,
}

/// Which identifier of the subject a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlertMatch {
    /// Its place in the subject.
    pub identifier_index: u32,
    /// Its kind.
    pub kind: String,
    /// `strict` or `folded`.
    pub level: String,
}

/// What the publisher's confirmed record says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlertFinding {
    /// Who published it.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub publisher: NodeId,
    /// Which entry of theirs.
    pub entry: Uuid,
    /// Its state as last heard.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub state: StateName,
    /// Whether it is contested, suspended or stayed.
    pub disputed: bool,
    /// What for.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub category: Category,
    /// On what it rests.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub basis: BasisType,
    /// Where it was decided; ISO 3166-1 alpha-2.
    pub jurisdiction: String,
    /// How well it is documented.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub evidence_grade: EvidenceGrade,
    /// What the publisher itself did.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub measure: MeasureAction,
    /// When it was decided.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub since: Timestamp,
    /// When it ends.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires: Timestamp,
    /// End of the running deadline, whose lapse releases it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub deadline: Option<Timestamp>,
    /// The rule that set the deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub deadline_rule: Option<DeadlineRule>,
}

/// `POST /v1/alerts/{id}/resolve`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlertDecision {
    /// What the platform did.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub outcome: AlertOutcome,
    /// Who decided: a staff reference, not a name.
    pub reviewer: String,
    /// Why.
    pub reason: String,
}

/// A decision as it is on record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordedDecision {
    /// What the platform did.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub outcome: AlertOutcome,
    /// Who decided: a staff reference, not a name.
    pub reviewer: String,
    /// Why.
    pub reason: String,
    /// Through whom it was recorded: the subject of the token, or `operator`.
    pub actor: String,
}

/// A page of alerts, in the order they were opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlertPage {
    /// The alerts.
    pub items: Vec<Alert>,
    /// Where the next page starts, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// What happened to an alert, as `GET /v1/events` says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AlertEvent {
    /// Place among the events of this node: the `id` to go on from.
    pub seq: u64,
    /// What happened.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub change: AlertChange,
    /// When.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub at: Timestamp,
    /// The alert as it is now.
    pub alert: Alert,
}
