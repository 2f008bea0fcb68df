//! Counts since they were last written down, so that a screening costs no write of its own.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use lianfang_domain::brake::{Seen, WINDOW_DAYS};
use lianfang_encoding::NodeId;

#[derive(Default)]
pub(crate) struct Counters {
    counted: Mutex<Counted>,
    /// Wrong hits, by confirmation key.
    refuted: Remembered,
    /// Hits with a record behind them, by what they are counted once for.
    founded: Remembered,
}

/// What was counted, and on which day.
#[derive(Default)]
struct Remembered(Mutex<HashMap<[u8; 32], u64>>);

#[derive(Default)]
pub(super) struct Counted {
    pub(super) looked_up: u64,
    /// Tokens of them that could have hit by themselves.
    pub(super) tokens: u64,
    pub(super) publishers: BTreeMap<NodeId, Seen>,
}

/// Hits of one publisher that are enough to look at it before the next minute.
const MANY: u64 = 25;

/// Hits that are remembered of either sort: more wrong ones than chance ever gives.
const MOST_REMEMBERED: usize = 65_536;

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
        self.refuted.is_new(confirm_key, day, WINDOW_DAYS)
    }

    /// Whether a hit with a record behind it hasn't been counted on this day: who is rightly listed and applies again and
    /// again does its publisher no harm. Who is looked up every day is counted as often as it hits.
    pub(crate) fn is_new_hit(&self, of: [u8; 32], day: u64) -> bool {
        self.founded.is_new(of, day, 1)
    }

    /// A person has looked: everything counts anew.
    pub(super) fn forget_hits(&self) {
        for remembered in [&self.refuted, &self.founded] {
            locked(&remembered.0).clear();
        }
    }
}

impl Remembered {
    fn is_new(&self, what: [u8; 32], day: u64, days: u64) -> bool {
        let mut counted = locked(&self.0);
        if counted.get(&what).is_some_and(|counted| day < counted + days) {
            return false;
        }
        if counted.len() >= MOST_REMEMBERED {
            counted.clear();
        }
        counted.insert(what, day);
        true
    }
}

fn locked<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}
