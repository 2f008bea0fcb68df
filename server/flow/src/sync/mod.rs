//! Fetching what peers publish: membership, status, digests. Heads are compared first; nothing is moved
//! when nothing changed.

mod digests;
mod fork;
mod membership;
mod mend;
mod run;
mod status;
mod transfer;
mod turns;

use lianfang_encoding::NodeId;
use lianfang_wire::ProblemType;
use serde::{Deserialize, Serialize};

pub(crate) use turns::Turns;

/// What a sync did, peer by peer.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncReport {
    /// Nothing was changed: this only says what would be.
    pub dry_run: bool,
    /// Every peer, in order of name.
    pub peers: Vec<PeerSync>,
}

impl SyncReport {
    /// Whether every peer was synced.
    pub fn is_complete(&self) -> bool {
        self.peers.iter().all(|peer| peer.error.is_none())
    }
}

/// What a sync with one peer did.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PeerSync {
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub peer: NodeId,
    /// Lists whose newer version was taken over (or would be).
    pub lists: Vec<ListSync>,
    /// Lists that were current already.
    pub unchanged: usize,
    /// Status items applied (or waiting).
    pub status_items: u64,
    /// Bytes of digest bodies moved.
    pub bytes: u64,
    /// Stable code of what went wrong, if anything did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The same, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// One list of one peer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ListSync {
    pub audience: String,
    pub subject_type: String,
    pub epoch: u32,
    pub from_sequence: u64,
    pub to_sequence: u64,
    /// Why it was refused, as the slug of the problem type that this refusal alone has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl ListSync {
    fn refusal(&self) -> Option<ProblemType> {
        self.refused.as_deref().and_then(ProblemType::from_slug)
    }
}
