//! Counts since they were last written down, so that a screening costs no write of its own.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use lianfang_domain::brake::{Seen, WINDOW_DAYS};
use lianfang_encoding::NodeId;

#[derive(Default)]
pub(crate) struct Counters {
    counted: Mutex<Counted>,
    /// Wrong hits that were counted, by confirmation key, and on which day.
    refuted: Mutex<HashMap<[u8; 32], u64>>,
}

#[derive(Default)]
pub(super) struct Counted {
    pub(super) looked_up: u64,
    /// Tokens of them that could have hit by themselves.
    pub(super) tokens: u64,
    pub(super) publishers: BTreeMap<NodeId, Seen>,
}

/// Hits of one publisher that are enough to look at it before the next minute.
const MANY: u64 = 25;

/// Wrong hits that are remembered: more than chance ever gives.
const MOST_REFUTED: usize = 65_536;

impl Counters {
    /// Counts `subjects` that were looked up by so many tokens, and the publishers that hit some of them. Returns whether
    /// one of them has hit so many since the last count was taken that it should be looked at now.
    pub(crate) fn count(&self, subjects: u64, tokens: u64, hits: &BTreeMap<NodeId, Seen>) -> bool {
        let mut counted = locked(&self.counted);
        counted.looked_up += subjects;
        counted.tokens += tokens;
        let mut many = false;
        for (publisher, seen) in hits {
            let sum = counted.publishers.entry(publisher.clone()).or_default();
            let before = sum.hits;
            sum.hits += seen.hits;
            sum.unfounded += seen.unfounded;
            many |= before < MANY && sum.hits >= MANY;
        }
        many
    }

    /// Takes what was counted.
    pub(super) fn take(&self) -> Counted {
        std::mem::take(&mut *locked(&self.counted))
    }

    /// Whether a wrong hit of a publisher hasn't been counted within the window: who is looked up every day would make
    /// many of one. After a start each counts once more.
    pub(crate) fn is_new_wrong_hit(&self, confirm_key: [u8; 32], day: u64) -> bool {
        let mut refuted = locked(&self.refuted);
        if refuted
            .get(&confirm_key)
            .is_some_and(|counted| day < counted + WINDOW_DAYS)
        {
            return false;
        }
        if refuted.len() >= MOST_REFUTED {
            refuted.clear();
        }
        refuted.insert(confirm_key, day);
        true
    }

    /// A person has looked: everything counts anew.
    pub(super) fn forget_wrong_hits(&self) {
        locked(&self.refuted).clear();
    }
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
