use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use lianfang_encoding::NodeId;
use lianfang_screener::ListMemory;
use lianfang_store::PeerRow;
use lianfang_wire::peer::{Peer, PeerList};

use crate::index::HeldList;
use crate::{FlowError, Node};

impl Node {
    /// Every other member and how fresh what is held of it is.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn peers(&self) -> Result<Vec<Peer>, FlowError> {
        let rows = self.gateway.store(|store| store.peers()).await?;
        let rows: BTreeMap<_, _> = rows.into_iter().map(|row| (row.node.clone(), row)).collect();
        let document = self.document();
        let index = self.index.load();
        let memory = index.memory();
        let now = self.now();
        let others = document
            .document
            .members
            .iter()
            .filter(|member| member.id != self.id);
        Ok(others
            .map(|member| {
                let row = rows.get(&member.id);
                let last_sync = row.and_then(|row| row.last_sync);
                let lists = index.lists().iter().filter(|list| list.id.publisher == member.id);
                Peer {
                    id: member.id.clone(),
                    name: member.name.clone(),
                    role: member.role.to_string(),
                    status: member.status.to_string(),
                    last_contact: row.and_then(|row| row.last_contact),
                    last_sync,
                    freshness_seconds: last_sync.map(|at| now.since(at).as_secs()),
                    lag_seconds: row
                        .and_then(|row| row.lag_micros)
                        .map(|micros| Duration::from_micros(micros).as_secs()),
                    lists: lists.map(|list| peer_list(list, memory.get(&list.id))).collect(),
                    last_error: row.and_then(|row| row.last_error.clone()),
                    brake: row
                        .and_then(|row| row.quarantine.as_ref())
                        .map_or("none", |_| "quarantined")
                        .to_owned(),
                    brake_reason: row.and_then(|row| row.quarantine.clone()),
                    disabled_kinds: self.disabled_with(&member.id),
                }
            })
            .collect())
    }

    /// Every other active member: those that are synced with, and whose word counts about this node.
    pub(crate) fn others(&self) -> Vec<NodeId> {
        let document = self.document();
        let active = document
            .document
            .members
            .iter()
            .filter(|member| member.is_active());
        active
            .map(|member| member.id.clone())
            .filter(|id| *id != self.id)
            .collect()
    }

    /// What is known of each peer.
    pub(crate) async fn peer_rows(&self) -> Result<Vec<PeerRow>, FlowError> {
        self.gateway.store(|store| store.peers()).await
    }

    /// Whether the node can do its work.
    ///
    /// # Errors
    /// What is missing, one short code each.
    pub async fn ready(&self) -> Result<(), Vec<String>> {
        let mut missing = Vec::new();
        if self.gateway.store(|store| store.ping()).await.is_err() {
            missing.push("store".to_owned());
        }
        if self.document().document.expires <= self.now() {
            missing.push("membership_expired".to_owned());
        }
        if self.is_recovering() {
            missing.push("recovering".to_owned());
        } else if self.check_standing().is_err() {
            missing.push("superseded".to_owned());
        }
        if missing.is_empty() { Ok(()) } else { Err(missing) }
    }
}

fn peer_list(list: &HeldList, memory: Option<&ListMemory>) -> PeerList {
    PeerList {
        audience: list.id.audience.to_string(),
        subject_type: list.id.subject_type.to_string(),
        epoch: list.id.epoch,
        sequence: list.state.sequence(),
        identifiers: u64::from(list.total),
        created: list.created,
        expires: list.expires,
        base_bytes: memory.map_or(0, |memory| memory.base as u64),
        changes_bytes: memory.map_or(0, |memory| memory.changes as u64),
    }
}

/// Publishers whose digests are held back until a person has looked.
pub(crate) fn quarantined(rows: &[PeerRow]) -> BTreeSet<NodeId> {
    let held_back = rows.iter().filter(|row| row.quarantine.is_some());
    held_back.map(|row| row.node.clone()).collect()
}
