//! Counts since they were last written down, so that a screening costs no write of its own.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use lianfang_domain::brake::Seen;
use lianfang_encoding::NodeId;

#[derive(Default)]
pub(crate) struct Counters(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    looked_up: u64,
    publishers: BTreeMap<NodeId, Seen>,
}

/// Hits of one publisher that are enough to look at it before the next minute.
const MANY: u64 = 25;

impl Counters {
    /// Counts `subjects` that were looked up and the publishers that hit some of them. Returns whether one of them has hit
    /// so many since the last count was taken that it should be looked at now.
    pub(crate) fn count(&self, subjects: u64, hits: &BTreeMap<NodeId, Seen>) -> bool {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counted.looked_up += subjects;
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

    /// Takes the counts: subjects looked up, and what each publisher hit of them.
    pub(super) fn take(&self) -> (u64, BTreeMap<NodeId, Seen>) {
        let counted = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        (counted.looked_up, counted.publishers)
    }
}
