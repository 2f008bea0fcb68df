//! Whether this node may sign, and in which of its lives.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use lianfang_digest::ListId;
use lianfang_encoding::{NodeId, SigningKey};
use lianfang_store::{ListKey, Store, StoreError};
use lianfang_wire::ProblemType;

use super::mark::{Mark, Stage};
use crate::publish::list_key;
use crate::{FlowError, Node};

pub(super) const INCARNATION: &str = "incarnation";
/// A later incarnation that most members have granted to another copy.
pub(super) const SUPERSEDED: &str = "superseded_by";

/// What this node is in the eyes of the others.
#[derive(Debug, Clone, Default)]
pub(crate) struct Standing {
    pub(super) incarnation: u32,
    pub(super) mark: Option<Mark>,
    pub(super) superseded: bool,
    /// How far peers had seen its lists when it was restored.
    pub(super) lists: BTreeMap<ListKey, u64>,
}

/// Who says that another copy of this node goes on in its place.
#[derive(Debug, Default)]
pub(crate) struct Successors(Mutex<BTreeMap<NodeId, u32>>);

impl Successors {
    /// Notes what `peer` has granted; returns who has granted more than `own`.
    pub(super) fn hear(&self, peer: &NodeId, granted: u32, own: u32) -> Vec<NodeId> {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.insert(peer.clone(), granted);
        heard
            .iter()
            .filter(|(_, granted)| **granted > own)
            .map(|(peer, _)| peer.clone())
            .collect()
    }
}

impl Standing {
    /// As the store has it. Blocks.
    pub(crate) fn load(store: &Store, own: &NodeId) -> Result<Self, StoreError> {
        let number = |key| Ok::<_, StoreError>(store.meta(key)?.and_then(|noted| noted.parse().ok()));
        let incarnation = number(INCARNATION)?.unwrap_or(0);
        let lists = store.recovered_lists()?.into_iter().map(|list| {
            let key = ListKey {
                publisher: own.clone(),
                audience: list.audience,
                subject_type: list.subject_type,
                epoch: list.epoch,
            };
            (key, list.sequence)
        });
        Ok(Self {
            incarnation,
            mark: Mark::load(store)?,
            superseded: number(SUPERSEDED)?.is_some_and(|by| by > incarnation),
            lists: lists.collect(),
        })
    }

    pub(super) fn is_recovering(&self) -> bool {
        self.mark
            .as_ref()
            .is_some_and(|mark| mark.stage == Stage::Recovering)
    }
}

impl Node {
    /// How often this node has come back from a backup.
    pub fn incarnation(&self) -> u32 {
        self.standing.load().incarnation
    }

    /// Whether the node was restored and still has to hear what it had signed.
    pub fn is_recovering(&self) -> bool {
        self.standing.load().is_recovering()
    }

    /// The key for heads, records, events and receipts. The one way to it, so that a node that doesn't know what it had
    /// signed signs nothing.
    pub(crate) fn signing(&self) -> Result<&SigningKey, FlowError> {
        self.check_standing()?;
        Ok(&self.keys.signing)
    }

    /// Refuses while this node is recovering, and for good once another copy goes on in its place.
    pub(crate) fn check_standing(&self) -> Result<(), FlowError> {
        let standing = self.standing.load();
        if standing.superseded {
            Err(ProblemType::Superseded.into())
        } else if standing.is_recovering() {
            Err(ProblemType::Recovering.into())
        } else {
            Ok(())
        }
    }

    /// The sequence that the next head of a list lies above, whatever this node has of it.
    pub(crate) fn seen_of_list(&self, list: &ListId) -> u64 {
        let standing = self.standing.load();
        standing.lists.get(&list_key(list)).copied().unwrap_or(0)
    }

    /// Lists that peers have seen, known here or not.
    pub(crate) fn seen_lists(&self) -> Vec<ListKey> {
        self.standing.load().lists.keys().cloned().collect()
    }

    /// Takes over what the store says.
    pub(super) async fn reload_standing(&self) -> Result<(), FlowError> {
        let id = self.id.clone();
        let standing = self
            .gateway
            .store(move |store| Standing::load(store, &id))
            .await?;
        self.standing.store(Arc::new(standing));
        Ok(())
    }
}
