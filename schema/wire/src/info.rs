//! `GET /federation/v1/info`: what a node shows the member who asks, and nothing of audiences it isn't in.

use lianfang_digest::ListId;
use lianfang_encoding::{FederationId, NodeId, Timestamp, Transcript};
use serde::{Deserialize, Serialize};

use crate::membership::{Hash32, KindRules};

/// A node's state as one member may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Info {
    /// Who answers.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub node: NodeId,
    /// Of which federation.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub federation: FederationId,
    /// Its restore count.
    pub incarnation: u32,
    /// The latest incarnation of the caller that it has granted: one above its own tells the caller that another copy
    /// of it goes on in its place.
    #[serde(default)]
    pub granted: u32,
    /// The membership document it holds.
    pub membership_version: u64,
    /// Version of the software.
    pub software: String,
    /// Its clock, for comparison with the peers'.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub now: Timestamp,
    /// By which rules it reads identifiers, every version it has: a kind whose rules differ is off between the two.
    #[serde(default)]
    pub rules: Vec<KindRules>,
    /// Its own lists that the caller may read.
    pub lists: Vec<ListHead>,
    /// Its status feeds that the caller may read.
    pub feeds: Vec<FeedHead>,
    /// What it holds of lists of others that both may read, when the caller asks (`?held=`) with another
    /// [`held_hash`] than it comes to itself. A head that the caller has otherwise at the same sequence proves a fork
    /// (PROTOCOL.md §3).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Vec<ListHead>>,
}

/// SHA-256 of the transcript "lianfang/held/v1" over publisher, audience, subject type, epoch, sequence and hash of each
/// head, which are sorted by list: two nodes that hold the same compare this alone.
pub fn held_hash(held: &[ListHead]) -> [u8; 32] {
    let all = Transcript::new("lianfang/held/v1").u64(held.len() as u64);
    let add = |all: Transcript, head: &ListHead| {
        all.bytes(head.list.publisher.as_str().as_bytes())
            .bytes(head.list.audience.as_str().as_bytes())
            .u8(head.list.subject_type.number())
            .u32(head.list.epoch)
            .u64(head.sequence)
            .bytes(&head.head.0)
    };
    held.iter().fold(all, add).sha256()
}

/// The newest head of one list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListHead {
    /// The list.
    pub list: ListId,
    /// Its sequence.
    pub sequence: u64,
    /// SHA-256 of the head's bytes.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub head: Hash32,
}

/// The newest item of one status feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FeedHead {
    /// The audience.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub audience: lianfang_encoding::Audience,
    /// Sequence of its last item.
    pub sequence: u64,
}

/// `POST /federation/v1/notify`: something changed, come and see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// The sender's membership version, so that a change of members spreads at once.
    pub membership_version: u64,
}
