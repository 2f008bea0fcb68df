//! The peers as they were last read, so that a verdict about one subject doesn't read all of them again. Only where
//! nobody else can write: a file has one process, a server may have replicas.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::{PeerRow, Store, StoreError, peers};

/// Rows, and how many writes there had been before they were read.
type Seen = Option<(u64, Arc<Vec<PeerRow>>)>;

#[derive(Default)]
pub(crate) struct PeersSeen {
    writes: AtomicU64,
    seen: Mutex<Seen>,
}

impl PeersSeen {
    /// What is remembered is old from here on. After a commit, whatever became of it.
    pub(crate) fn written(&self) {
        self.writes.fetch_add(1, Ordering::AcqRel);
    }

    fn fresh(&self, writes: u64) -> Option<Arc<Vec<PeerRow>>> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.as_ref()
            .filter(|(before, _)| *before == writes)
            .map(|(_, rows)| Arc::clone(rows))
    }

    fn remember(&self, writes: u64, rows: &Arc<Vec<PeerRow>>) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.as_ref().is_none_or(|(before, _)| *before <= writes) {
            *seen = Some((writes, Arc::clone(rows)));
        }
    }
}

impl Store {
    /// [`Store::peers`] without waiting for anything, where that can be had: a database that is a file.
    ///
    /// # Errors
    /// Those of any read.
    pub fn peers_at_once(&self) -> Option<Result<Arc<Vec<PeerRow>>, StoreError>> {
        if !self.db.is_file() {
            return None;
        }
        // Counted before the read: a write that comes meanwhile makes the next call read again.
        let writes = self.peers_seen.writes.load(Ordering::Acquire);
        if let Some(rows) = self.peers_seen.fresh(writes) {
            return Some(Ok(rows));
        }
        let read = self.db.read_at_once(peers::all)?;
        Some(
            read.map(Arc::new)
                .inspect(|rows| self.peers_seen.remember(writes, rows)),
        )
    }
}
