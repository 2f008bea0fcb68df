//! What a swap of the index brought, for whoever watches.

use std::collections::BTreeSet;

use lianfang_digest::Delta;

use super::{HeldList, Index};
use crate::watch::{Arrival, ArrivalChange};

impl Index {
    /// What this index has that the one `before` it didn't: bases, and prefixes that came on top of a base.
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
    let new = list
        .net
        .additions()
        .iter()
        .filter(|prefix| !before.net.adds(**prefix));
    let new: BTreeSet<u64> = new.copied().collect();
    (!new.is_empty()).then(|| ArrivalChange::Delta(Delta::of_prefixes(new, BTreeSet::new(), |_| false)))
}
