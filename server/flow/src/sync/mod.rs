//! Fetching what peers publish: membership, status, digests. Heads are compared first; nothing is moved
//! when nothing changed.

mod digests;
mod fork;
mod membership;
mod mend;
mod plan;
mod run;
mod status;
mod summary;
mod transfer;
mod turns;

use lianfang_encoding::NodeId;
use lianfang_wire::{Problem, ProblemType};
use serde::{Deserialize, Serialize};

use crate::PublicationPlan;

pub use summary::SyncSummary;
pub(crate) use turns::Turns;

/// [`SyncReport::version`]: 2 since a dry run says what would be sent.
pub(crate) const REPORT: u32 = 2;

/// What a sync did, peer by peer, or what it would do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SyncReport {
    /// Of this report: fields are added under the same number, and change their meaning under another one.
    pub version: u32,
    /// Nothing was changed: this only says what would be.
    pub dry_run: bool,
    /// Every peer, in order of name.
    pub peers: Vec<PeerSync>,
    /// What this node would publish next; in a dry run with everybody only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sends: Option<PublicationPlan>,
}

impl SyncReport {
    /// Whether every peer was synced.
    pub fn is_complete(&self) -> bool {
        self.peers.iter().all(|peer| peer.error.is_none())
    }

    /// Whether nothing was, or would be, moved in either direction.
    pub fn is_idle(&self) -> bool {
        let sends = self.sends.as_ref().is_some_and(|plan| !plan.lists.is_empty());
        !sends && self.peers.iter().all(PeerSync::is_idle)
    }
}

/// One line of the answer to whoever wants to hear of each peer as it is done; the last line is `done` or `failed`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SyncLine {
    /// A peer is done.
    Peer(PeerSync),
    /// All are.
    Done(SyncReport),
    /// The sync as a whole went wrong.
    Failed(Problem),
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
    /// Bytes of digest bodies moved (or to be moved).
    pub bytes: u64,
    /// The peer's membership version, when it was newer than this node's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub membership: Option<u64>,
    /// The publisher waits for a person: nothing of its lists is taken over, whatever it offers.
    #[serde(default)]
    pub quarantined: bool,
    /// Stable code of what went wrong, if anything did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The same, as a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What a dry run counts towards quota and habit for the lists that follow.
    #[serde(skip)]
    pub(crate) planned: Planned,
}

/// What a sync would have taken over of a peer by now.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Planned {
    pub(crate) digests: u64,
    pub(crate) grown: u64,
}

impl PeerSync {
    pub(crate) fn of(peer: NodeId) -> Self {
        Self {
            peer,
            lists: Vec::new(),
            unchanged: 0,
            status_items: 0,
            bytes: 0,
            membership: None,
            quarantined: false,
            error: None,
            detail: None,
            planned: Planned::default(),
        }
    }

    /// Whether the peer was reached and had nothing new.
    pub fn is_idle(&self) -> bool {
        let is_new = !self.lists.is_empty() || self.status_items > 0 || self.membership.is_some();
        !is_new && self.bytes == 0 && self.error.is_none()
    }
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
    /// Bytes of its bodies that were moved (or would be).
    #[serde(default)]
    pub bytes: u64,
    /// Why it was (or would be) refused, as the slug of the problem type that this refusal alone has; `quarantined` if a
    /// dry run finds that the list would have its publisher held back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

impl ListSync {
    fn refusal(&self) -> Option<ProblemType> {
        self.refused.as_deref().and_then(ProblemType::from_slug)
    }
}
