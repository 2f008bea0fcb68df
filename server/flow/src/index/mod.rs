//! Every digest that counts here, own ones included, in one index that is swapped as a whole. An arriving delta costs
//! only the merged table of changes; a base, an image of its own until enough of them have gathered.

mod arrived;
mod held;
mod reload;
mod segments;

use std::sync::Arc;

use lianfang_digest::ListId;
use lianfang_encoding::Timestamp;
use lianfang_screener::{AlignedBytes, Bases};

pub(crate) use held::HeldList;

/// The digests in force.
#[derive(Default)]
pub(crate) struct Index {
    screener: lianfang_screener::Index,
    lists: Vec<Arc<HeldList>>,
    segments: Vec<Arc<Bases<AlignedBytes>>>,
}

impl Index {
    /// The lists that may hold `token`, which was made under key `key_id` of an identifier of `kind`.
    pub(crate) fn lookup<'a>(
        &'a self,
        token: &[u8; 32],
        key_id: &'a [u8; 16],
        kind: u16,
        now: Timestamp,
    ) -> impl Iterator<Item = &'a Arc<HeldList>> {
        self.screener
            .lookup(token)
            .into_iter()
            .filter_map(|handle| self.lists.get(handle.position()))
            .filter(move |list| now < list.expires)
            .filter(move |list| list.token_keys.contains(key_id) && !list.foreign_kinds.contains(&kind))
    }

    /// The lists in force.
    pub(crate) fn lists(&self) -> &[Arc<HeldList>] {
        &self.lists
    }

    /// What is in force of one list.
    pub(crate) fn list(&self, id: &ListId) -> Option<&Arc<HeldList>> {
        self.lists.iter().find(|list| list.id == *id)
    }
}
