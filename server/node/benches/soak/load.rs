use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore as _, SeedableRng as _};
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::deeds::{Deed, WEIGHTS};
use crate::sites::Site;
use crate::state::State;

/// Under way at one node at most; more are held back, and counted.
const UNDER_WAY: usize = 64;

/// Does things at the nodes, as often in each second as in any other.
pub(crate) struct Load {
    pub(crate) sites: Arc<Vec<Site>>,
    pub(crate) states: Vec<State>,
    pub(crate) tally: Tally,
    begun: Instant,
    length: Duration,
}

/// What has come of it.
#[derive(Default)]
pub(crate) struct Tally {
    /// When each screening was asked for, and how long it took.
    pub(crate) screenings: Mutex<Vec<(Duration, Duration)>>,
    /// Screenings within batches.
    pub(crate) lines: AtomicU64,
    pub(crate) done: AtomicU64,
    pub(crate) held_back: AtomicU64,
    unexpected: Mutex<BTreeMap<String, u64>>,
}

impl Load {
    pub(crate) fn new(sites: Arc<Vec<Site>>, length: Duration) -> Self {
        Self {
            states: sites.iter().map(|_| State::default()).collect(),
            sites,
            tally: Tally::default(),
            begun: Instant::now(),
            length,
        }
    }

    /// Since the load began.
    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// Does `rate` things a second at one node until the time is over, and waits for the last of them.
    pub(crate) async fn drive(self: Arc<Self>, place: usize, rate: u32) {
        let mut chance = ChaCha20Rng::seed_from_u64(place as u64);
        let mut interval = tokio::time::interval(Duration::from_secs(1) / rate);
        interval.set_missed_tick_behavior(MissedTickBehavior::Burst);
        let mut under_way = JoinSet::new();
        while self.elapsed() < self.length {
            interval.tick().await;
            while under_way.try_join_next().is_some_and(|ended| ended.is_ok()) {}
            if under_way.len() >= UNDER_WAY {
                self.tally.held_back.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            let (deed, salt) = (any(&mut chance), chance.next_u32());
            under_way.spawn(Arc::clone(&self).once(place, deed, salt));
        }
        while under_way.join_next().await.is_some_and(|ended| ended.is_ok()) {}
    }

    async fn once(self: Arc<Self>, place: usize, deed: Deed, salt: u32) {
        if let Err(what) = self.carry_out(place, deed, salt).await {
            self.tally
                .note(format!("{deed:?} at {}: {what}", self.sites[place].name));
        }
        self.tally.done.fetch_add(1, Ordering::Relaxed);
    }
}

fn any(chance: &mut ChaCha20Rng) -> Deed {
    let all: u32 = WEIGHTS.iter().map(|(_, weight)| weight).sum();
    let mut left = chance.next_u32() % all;
    for (deed, weight) in WEIGHTS {
        match left.checked_sub(weight) {
            Some(rest) => left = rest,
            None => return deed,
        }
    }
    Deed::Screen
}

impl Tally {
    fn note(&self, what: String) {
        *self.unexpected.lock().unwrap().entry(what).or_default() += 1;
    }

    /// Answers that weren't the ones that were due.
    pub(crate) fn unexpected(&self) -> BTreeMap<String, u64> {
        self.unexpected.lock().unwrap().clone()
    }
}
