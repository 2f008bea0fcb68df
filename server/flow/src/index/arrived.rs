//! What a swap of the index brought, for whoever watches.

use super::{HeldList, Index};
use crate::watch::{Arrival, ArrivalChange};

impl Index {
    /// What this index has that the one `before` it didn't: bases, and deltas that came on top of a base. A prefix that was
    /// there already comes again when a further entry stands behind it.
    pub(super) fn arrived_since(&self, before: &Self) -> Vec<Arrival> {
        let arrivals = |list: &std::sync::Arc<HeldList>| {
            let id = list.id.clone();
            let changes = changes(list, before.list(&list.id)).into_iter();
            changes.map(move |change| Arrival {
                list: id.clone(),
                change,
            })
        };
        self.lists.iter().flat_map(arrivals).collect()
    }
}

/// A base that is new, and what came on top of it in the same moment or since.
fn changes(list: &HeldList, before: Option<&std::sync::Arc<HeldList>>) -> Vec<ArrivalChange> {
    let mut changes = Vec::new();
    if before.is_none_or(|before| before.state.base() != list.state.base()) {
        changes.push(ArrivalChange::Base { body: *list.base() });
    }
    let news = before.is_none_or(|before| before.state.head() != list.state.head());
    if news && !list.since.additions().is_empty() {
        changes.push(ArrivalChange::Delta(list.since.as_ref().clone()));
    }
    changes
}
