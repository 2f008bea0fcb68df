//! What each node must know because a sync with a publisher went well.

use std::collections::{BTreeMap, BTreeSet};

use lianfang_encoding::Timestamp;
use uuid::Uuid;

use crate::cases::Cases;

#[derive(Default)]
struct Known {
    ended: BTreeSet<Uuid>,
    deadlines: BTreeMap<Uuid, Timestamp>,
}

#[derive(Default)]
pub(crate) struct Told(BTreeMap<&'static str, Known>);

impl Told {
    /// `node` has heard everything that `publisher` had said by now.
    pub(crate) fn tell(&mut self, node: &'static str, publisher: &str, cases: &Cases) {
        let known = self.0.entry(node).or_default();
        for (id, case) in cases.of(publisher).filter(|(_, case)| case.is_for(node)) {
            if case.said {
                known.ended.insert(id);
            }
            match case.deadline {
                Some(due) => known.deadlines.insert(id, due),
                None => known.deadlines.remove(&id),
            };
        }
    }

    /// Whether `node` was told that an entry has ended, or that it would by now.
    pub(crate) fn has_ended(&self, node: &str, entry: Uuid, now: Timestamp) -> bool {
        self.0.get(node).is_some_and(|known| {
            known.ended.contains(&entry) || known.deadlines.get(&entry).is_some_and(|due| *due <= now)
        })
    }

    /// The node has come back from a backup and has to be told anew.
    pub(crate) fn forget(&mut self, node: &str) {
        self.0.remove(node);
    }
}
