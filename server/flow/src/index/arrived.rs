//! What a swap of the index brought, for whoever watches.

use super::{HeldList, Index};
use crate::watch::{Arrival, ArrivalChange};

impl Index {
    /// What this index has that the one `before` it didn't: bases, and deltas that came on top of a base. A prefix that was
    /// there already comes again when a further entry stands behind it.
    pub(super) fn arrived_since(&self, before: &Self) -> Vec<Arrival> {
        let arrival = |list: &std::sync::Arc<HeldList>| {
            let change = change(list, before.list(&list.id))?;
            let list = list.id.clone();
            Some(Arrival { list, change })
        };
        self.lists.iter().filter_map(arrival).collect()
    }
}

fn change(list: &HeldList, before: Option<&std::sync::Arc<HeldList>>) -> Option<ArrivalChange> {
    let same_base = before.filter(|before| before.state.base() == list.state.base());
    let Some(before) = same_base else {
        return Some(ArrivalChange::Base { body: *list.base() });
    };
    let news = list.state.head() != before.state.head() && !list.since.additions().is_empty();
    news.then(|| ArrivalChange::Delta(list.since.clone()))
}
