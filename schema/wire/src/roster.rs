//! The roster on the platform door: sellers and products that trade already and are watched.

use lianfang_encoding::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Problem;
use crate::entry::Subject;
use crate::screening::IdentifierOutcome;

/// `PUT /v1/monitored-subjects/{client_reference}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NewMonitoredSubject {
    /// Who or what is watched. Its identifiers stay in this node.
    pub subject: Subject,
}

/// One line of `POST /v1/monitored-subjects/batch`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RosterLine {
    /// The platform's own name for the subject; the same one again replaces it.
    pub client_reference: String,
    /// Who or what is watched.
    pub subject: Subject,
}

/// A seller or product that is watched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MonitoredSubject {
    /// The platform's own name for it.
    pub client_reference: String,
    /// Who or what is watched.
    pub subject: Subject,
    /// What became of each identifier.
    pub identifiers: Vec<IdentifierOutcome>,
    /// Whether every identifier that can be watched is; when not, the node goes on trying.
    pub complete: bool,
    /// When it came into the roster.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created_at: Timestamp,
    /// When it was last replaced.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub updated_at: Timestamp,
}

/// One line of the answer to `POST /v1/monitored-subjects/batch`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RosterResult {
    /// Number of the input line, from 1.
    pub line: u64,
    /// The platform's own name for the subject, when it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_reference: Option<String>,
    /// Whether this line brought it into the roster; `false` when it was there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<bool>,
    /// Whether every identifier that can be watched is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub complete: Option<bool>,
    /// Why the line was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
}

/// `GET /v1/roster`: how much is watched.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RosterStatus {
    /// Subjects in the roster.
    pub subjects: u64,
    /// Tokens that arriving digests are matched against.
    pub tokens: u64,
    /// Subjects some of whose identifiers aren't watched yet, because the committee gave no tokens.
    pub incomplete: u64,
    /// Possible hits that still have to be confirmed with their publishers.
    pub pending_hits: u64,
    /// Alerts that wait for a person.
    pub open_alerts: u64,
}
