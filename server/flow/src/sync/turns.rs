//! One sync per peer at a time; whoever comes while another waits already is served by that one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lianfang_encoding::NodeId;
use tokio::sync::OwnedMutexGuard;

#[derive(Default)]
pub(crate) struct Turns {
    peers: Mutex<HashMap<NodeId, Arc<Turn>>>,
}

#[derive(Default)]
struct Turn {
    busy: Arc<tokio::sync::Mutex<()>>,
    waiting: AtomicBool,
}

impl Turns {
    /// Waits until no other sync with `peer` runs.
    pub(super) async fn take(&self, peer: &NodeId) -> OwnedMutexGuard<()> {
        Arc::clone(&self.turn(peer).busy).lock_owned().await
    }

    /// As [`Turns::take`], but `None` at once when somebody waits already, who will see all there is to see by now.
    pub(crate) async fn take_or_rely(&self, peer: &NodeId) -> Option<OwnedMutexGuard<()>> {
        let turn = self.turn(peer);
        if turn.waiting.swap(true, Ordering::AcqRel) {
            return None;
        }
        let guard = Arc::clone(&turn.busy).lock_owned().await;
        turn.waiting.store(false, Ordering::Release);
        Some(guard)
    }

    fn turn(&self, peer: &NodeId) -> Arc<Turn> {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(peers.entry(peer.clone()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(name: &str) -> NodeId {
        name.parse().unwrap()
    }

    #[tokio::test]
    async fn a_third_relies_on_the_second_who_waits_for_the_first() {
        let turns = Arc::new(Turns::default());
        let first = turns.take(&peer("shop-a")).await;
        let second = tokio::spawn({
            let turns = Arc::clone(&turns);
            async move { turns.take_or_rely(&peer("shop-a")).await.is_some() }
        });
        while !turns.turn(&peer("shop-a")).waiting.load(Ordering::Acquire) {
            tokio::task::yield_now().await;
        }
        assert!(turns.take_or_rely(&peer("shop-a")).await.is_none());
        assert!(turns.take_or_rely(&peer("shop-b")).await.is_some());
        drop(first);
        assert!(second.await.unwrap());
        assert!(turns.take_or_rely(&peer("shop-a")).await.is_some());
    }
}
