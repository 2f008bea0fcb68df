//! Every digest that counts here, own ones included, in one index that is swapped as a whole. An arriving delta costs
//! only the merged table of changes; a base, an image of its own until enough of them have gathered.

mod announced;
mod arrived;
mod cover;
mod held;
mod images;
mod reload;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use lianfang_digest::{ListId, Seed};
use lianfang_encoding::{NodeId, Timestamp};
use lianfang_mapped::MappedFile;
use lianfang_screener::ListMemory;

pub(crate) use held::{Deltas, HeldList};
use images::Image;
pub(crate) use images::Images;

use crate::FlowError;

/// The digests in force.
#[derive(Default)]
pub(crate) struct Index {
    screener: lianfang_screener::Index<MappedFile>,
    lists: Vec<Arc<HeldList>>,
    images: Vec<Image>,
    /// Until when every list that a publisher has published for this node is in force; zero when one isn't here at all.
    whole_until: BTreeMap<NodeId, Timestamp>,
    /// Newest heads of lists whose deltas come to too many prefixes: others are in force in their place, if any.
    too_large: HashSet<[u8; 32]>,
    /// Whether the store has been looked at since the process started.
    is_loaded: bool,
}

impl Index {
    /// An index of nothing yet, which goes on with the images of the last run.
    pub(crate) fn resting_on(images: &Images, seed: &Seed) -> Result<Self, FlowError> {
        Ok(Self {
            images: images.existing(seed)?,
            ..Self::default()
        })
    }

    /// Images whose file isn't what was written. Reads all of them.
    fn spoilt_images(&self) -> Vec<Image> {
        let spoilt = self.images.iter().filter(|image| !image.is_sound());
        spoilt.cloned().collect()
    }

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

    /// Whether something that `publisher` has published for this node isn't in force: it has expired or can't be used.
    /// A publisher of nothing lacks nothing.
    pub(crate) fn lacks_lists_of(&self, publisher: &NodeId, now: Timestamp) -> bool {
        let until = self.whole_until.get(publisher);
        until.is_some_and(|until| *until <= now)
    }

    /// Bytes of the images of bases, which are mapped.
    pub(crate) fn image_bytes(&self) -> u64 {
        let sizes = self
            .images
            .iter()
            .map(|image| image.bases.as_bytes().len() as u64);
        sizes.sum()
    }

    /// What each list costs in memory.
    pub(crate) fn memory(&self) -> HashMap<ListId, ListMemory> {
        let lists = self.screener.memory().into_iter();
        lists.map(|memory| (memory.list.clone(), memory)).collect()
    }

    /// What is in force of one list.
    pub(crate) fn list(&self, id: &ListId) -> Option<&Arc<HeldList>> {
        self.lists.iter().find(|list| list.id == *id)
    }
}
