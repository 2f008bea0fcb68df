use std::collections::BTreeMap;

use lianfang_encoding::NodeId;
use serde::{Deserialize, Serialize};

use super::{PeerSync, SyncReport};

/// A sync in a few lines, whatever the number of peers: what is kept of each run of a job.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncSummary {
    /// [`SyncReport::version`].
    pub version: u32,
    pub peers: usize,
    /// Peers with whom something went wrong, with its stable code.
    pub failed: BTreeMap<NodeId, String>,
    /// Peers whose lists wait for a person.
    pub quarantined: Vec<NodeId>,
    /// Lists whose newer version was taken over.
    pub lists: usize,
    /// Lists that were refused, by the slug of the problem type.
    pub refused: BTreeMap<String, usize>,
    /// Lists that were current already.
    pub unchanged: usize,
    pub status_items: u64,
    /// Bytes of digest bodies moved.
    pub bytes: u64,
}

impl From<&SyncReport> for SyncSummary {
    fn from(report: &SyncReport) -> Self {
        let mut summary = Self {
            version: report.version,
            peers: report.peers.len(),
            ..Self::default()
        };
        report.peers.iter().for_each(|peer| summary.add(peer));
        summary
    }
}

impl SyncSummary {
    fn add(&mut self, peer: &PeerSync) {
        if let Some(code) = &peer.error {
            self.failed.insert(peer.peer.clone(), code.clone());
        }
        if peer.quarantined {
            self.quarantined.push(peer.peer.clone());
        }
        for list in &peer.lists {
            match &list.refused {
                Some(slug) => *self.refused.entry(slug.clone()).or_default() += 1,
                None => self.lists += 1,
            }
        }
        self.unchanged += peer.unchanged;
        self.status_items += peer.status_items;
        self.bytes += peer.bytes;
    }
}
