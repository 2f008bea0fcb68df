//! One at a time for each peer, or each body: whoever comes while another waits already is served by that one.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

pub(crate) struct Turns<K> {
    turns: Mutex<HashMap<K, Arc<Turn>>>,
}

impl<K> Default for Turns<K> {
    fn default() -> Self {
        Self {
            turns: Mutex::default(),
        }
    }
}

#[derive(Default)]
struct Turn {
    busy: Arc<tokio::sync::Mutex<()>>,
    waiting: AtomicBool,
}

impl<K: Clone + Eq + Hash> Turns<K> {
    /// Waits until nobody else is at it.
    pub(crate) async fn take(&self, key: &K) -> OwnedMutexGuard<()> {
        Arc::clone(&self.turn(key).busy).lock_owned().await
    }

    /// As [`Turns::take`], but `None` at once when somebody waits already, who will see all there is to see by now.
    pub(crate) async fn take_or_rely(&self, key: &K) -> Option<OwnedMutexGuard<()>> {
        let turn = self.turn(key);
        if turn.waiting.swap(true, Ordering::AcqRel) {
            return None;
        }
        let guard = Arc::clone(&turn.busy).lock_owned().await;
        turn.waiting.store(false, Ordering::Release);
        Some(guard)
    }

    fn turn(&self, key: &K) -> Arc<Turn> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(turn) = turns.get(key) {
            return Arc::clone(turn);
        }
        // Turns that nobody takes any more are forgotten.
        turns.retain(|_, turn| Arc::strong_count(turn) > 1 || turn.busy.try_lock().is_err());
        Arc::clone(turns.entry(key.clone()).or_default())
    }
}

#[cfg(test)]
mod tests {
    use lianfang_encoding::NodeId;

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
