//! Peers on the platform door: who is there, what is held of them, and a person's decision about one.

use lianfang_digest::ListId;
use lianfang_encoding::{NodeId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::vocabulary::BrakeAction;

/// `GET /v1/peers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Peer {
    /// Who.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: NodeId,
    /// A name for people.
    pub name: String,
    /// `platform`, `regulator` or `rights-body`.
    pub role: String,
    /// `active` or `removed`.
    pub status: String,
    /// When it last answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub last_contact: Option<Timestamp>,
    /// When everything it had was last fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = DateTime))]
    pub last_sync: Option<Timestamp>,
    /// Age of what is held of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freshness_seconds: Option<u64>,
    /// How old its newest list was at the last sync that brought one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lag_seconds: Option<u64>,
    /// Its lists held here.
    pub lists: Vec<PeerList>,
    /// The last thing that went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// `none` or `quarantined`.
    pub brake: String,
    /// Why it is quarantined: `brake_too_many_hits`, `brake_too_many_monitored`, `brake_unfounded_hits`, `brake_growth`,
    /// `digest_fork`, `status_fork` or `operator`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brake_reason: Option<String>,
    /// Kinds of identifiers that aren't compared with it, because it reads them by other rules.
    #[serde(default)]
    pub disabled_kinds: Vec<DisabledKind>,
}

/// `GET /v1/peers/{id}/forks`: two heads by which a publisher contradicts itself. Whoever knows its key can check them:
/// one list and incarnation, and two hashes at one sequence, or a head that names another one before it (PROTOCOL.md §3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ForkProof {
    /// The list.
    pub list: ListId,
    /// The publisher's life in which it signed them.
    pub incarnation: u32,
    /// Of the second head.
    pub sequence: u64,
    /// When this node found it.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub found_at: Timestamp,
    /// Header and signature as sent between nodes, in base64.
    pub first: String,
    /// The same, of the head that contradicts it.
    pub second: String,
}

/// `POST /v1/peers/{id}/brake`: what a person decided about a publisher.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BrakeDecision {
    /// What happens to it.
    #[cfg_attr(feature = "openapi", schema(value_type = String, example = "release"))]
    pub action: BrakeAction,
    /// Why, for the audit log.
    pub reason: String,
}

/// A kind that isn't compared with a peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DisabledKind {
    /// The kind.
    pub kind: String,
    /// `rules_differ` or `no_common_version`.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub reason: DisabledReason,
}

/// Why a kind isn't compared with a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisabledReason {
    /// The same version stands for other rules: somebody's tables are not the agreed ones.
    RulesDiffer,
    /// One of the two has to be upgraded.
    NoCommonVersion,
}

impl DisabledReason {
    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::RulesDiffer => "rules_differ",
            Self::NoCommonVersion => "no_common_version",
        }
    }
}

/// One list of a peer as held here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PeerList {
    /// Audience.
    pub audience: String,
    /// Subject type.
    pub subject_type: String,
    /// Epoch.
    pub epoch: u32,
    /// Sequence in force.
    pub sequence: u64,
    /// Identifiers, rounded up as published.
    pub identifiers: u64,
    /// When it was made.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub created: Timestamp,
    /// When it stops counting.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires: Timestamp,
    /// Bytes that its base takes in the screening index, padding included.
    #[serde(default)]
    pub base_bytes: u64,
    /// Bytes that its additions and removals since take there.
    #[serde(default)]
    pub changes_bytes: u64,
}
