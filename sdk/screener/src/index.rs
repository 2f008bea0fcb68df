use std::sync::Arc;

use lianfang_digest::{Bloom, ListId, Seed};

use crate::aligned::AlignedBytes;
use crate::bases::{BaseSource, Bases};
use crate::changes::Changes;
use crate::image::ImageError;

/// Lists of one index at most.
pub const MAX_LISTS: usize = 4_095;

/// Tokens of a batch whose hits are put in order at once.
const CHUNK: usize = 512;

/// Why an index can't be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IndexError {
    #[error("an index holds at most 4,095 lists")]
    TooManyLists,
    #[error("the bases of one index share the seed of one federation")]
    MixedSeeds,
    #[error("an image of bases holds at least one")]
    Empty,
    #[error("the base in force of list {0} is in none of the images")]
    BaseMissing(usize),
    #[error(transparent)]
    Image(ImageError),
}

/// Names a list inside one index; [`Index::list`] says which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ListHandle(u16);

impl ListHandle {
    /// Place of the list among those the index was made of.
    pub fn position(self) -> usize {
        self.0.into()
    }
}

/// A list and the base in force for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Current {
    pub list: ListId,
    /// SHA-256 of the base's body.
    pub base: [u8; 32],
}

/// A list and its checked base, for [`Index::build`].
#[derive(Debug, Clone)]
pub struct Source<'a> {
    pub list: ListId,
    pub base: Bloom<'a>,
}

/// What one list costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListMemory {
    pub list: ListId,
    /// Bytes of its base, its share of padding included.
    pub base: usize,
    /// Bytes of its additions and removals.
    pub changes: usize,
}

/// Answers, for one token, which lists may hold it: those whose base holds it and whose removals don't, and those
/// whose additions do. Cheap to make from images that exist; the old index serves until it is swapped for the new one.
/// The images of bases lie in memory that `B` owns or maps, those of changes in `C`'s.
#[derive(Debug)]
pub struct Index<B = AlignedBytes, C = AlignedBytes> {
    lists: Vec<ListId>,
    segments: Vec<Segment<B>>,
    changes: Option<Arc<Changes<C>>>,
    /// Handle of each list in the changes.
    changed: Vec<Option<ListHandle>>,
    /// Place in the changes of each handle.
    masks: Vec<Option<usize>>,
}

#[derive(Debug)]
struct Segment<B> {
    bases: Arc<Bases<B>>,
    /// Handle of each list of the image whose base there is the one in force.
    handles: Vec<Option<ListHandle>>,
}

impl<B> Clone for Segment<B> {
    fn clone(&self) -> Self {
        Self {
            bases: Arc::clone(&self.bases),
            handles: self.handles.clone(),
        }
    }
}

impl<B, C> Default for Index<B, C> {
    fn default() -> Self {
        Self {
            lists: Vec::new(),
            segments: Vec::new(),
            changes: None,
            changed: Vec::new(),
            masks: Vec::new(),
        }
    }
}

impl Index {
    /// Builds bases in memory and an index over them, without changes.
    ///
    /// # Errors
    /// As [`Bases::build`], except that no source at all makes an index that finds nothing.
    pub fn build(sources: &[Source<'_>]) -> Result<Self, IndexError> {
        if sources.is_empty() {
            return Ok(Self::default());
        }
        let named = |(place, source): (usize, &Source<'_>)| {
            let mut body = [0; 32];
            body[..8].copy_from_slice(&place.to_le_bytes());
            (source.list.clone(), body)
        };
        let named: Vec<_> = sources.iter().enumerate().map(named).collect();
        let bases: Vec<_> = named
            .iter()
            .zip(sources)
            .map(|((list, body), source)| BaseSource {
                list: list.clone(),
                body: *body,
                bloom: source.base,
            })
            .collect();
        let bases = Arc::new(Bases::build(&bases)?);
        Self::new(
            named
                .into_iter()
                .map(|(list, base)| Current { list, base })
                .collect(),
            vec![bases],
        )
    }
}

impl<B: AsRef<[u8]>, C: AsRef<[u8]>> Index<B, C> {
    /// Makes an index over the lists in force out of images. Bases in an image that are in force no more are skipped, so
    /// a large image stays useful while newer bases come in small ones.
    ///
    /// # Errors
    /// [`IndexError::BaseMissing`] when no image has the base of a list; [`IndexError::TooManyLists`];
    /// [`IndexError::MixedSeeds`].
    pub fn new(current: Vec<Current>, bases: Vec<Arc<Bases<B>>>) -> Result<Self, IndexError> {
        if current.len() > MAX_LISTS {
            return Err(IndexError::TooManyLists);
        }
        let seed = |bases: &Arc<Bases<B>>| *bases.seed().as_bytes();
        if bases.windows(2).any(|pair| seed(&pair[0]) != seed(&pair[1])) {
            return Err(IndexError::MixedSeeds);
        }
        let mut missing = vec![true; current.len()];
        let mut handle = |(list, body): &(ListId, [u8; 32])| {
            let is_wanted = |current: &Current| current.list == *list && current.base == *body;
            let place = current.iter().position(is_wanted)?;
            std::mem::take(&mut missing[place]).then_some(ListHandle(place as u16))
        };
        let mut segments = Vec::with_capacity(bases.len());
        for bases in bases {
            let handles = bases.lists().iter().map(&mut handle).collect();
            segments.push(Segment { bases, handles });
        }
        if let Some(place) = missing.iter().position(|missing| *missing) {
            return Err(IndexError::BaseMissing(place));
        }
        Ok(Self {
            masks: vec![None; current.len()],
            lists: current.into_iter().map(|current| current.list).collect(),
            segments,
            ..Self::default()
        })
    }

    /// The same bases under other changes: all that an arriving delta costs. Changes of lists that aren't in this index
    /// are skipped.
    #[must_use]
    pub fn with_changes(&self, changes: Arc<Changes<C>>) -> Self {
        let place = |list: &ListId| self.lists.iter().position(|held| held == list);
        let changed: Vec<_> = changes
            .lists()
            .map(|(list, _)| place(list).map(|place| ListHandle(place as u16)))
            .collect();
        let mut masks = vec![None; self.lists.len()];
        for (place, handle) in changed.iter().enumerate() {
            if let Some(handle) = handle {
                masks[handle.position()] = Some(place);
            }
        }
        Self {
            lists: self.lists.clone(),
            segments: self.segments.clone(),
            changes: Some(changes),
            changed,
            masks,
        }
    }

    /// The lists that may hold `token`, ascending. Allocates only when there are any.
    pub fn lookup(&self, token: &[u8; 32]) -> Vec<ListHandle> {
        let mut hits = Vec::new();
        if let Some(seed) = self.seed() {
            let probe = seed.probe(token);
            for segment in &self.segments {
                let hit = |list| hits.extend(self.held(segment, list, token));
                segment.bases.scan(&probe, hit);
            }
        }
        if let Some(changes) = &self.changes {
            changes.lookup(token, |place| hits.extend(self.changed_list(place)));
        }
        if hits.len() > 1 {
            hits.sort_unstable();
            hits.dedup();
        }
        hits
    }

    /// Calls `hit` with the token's place in `tokens` and each list that may hold it, in order of both. Reads ahead, so
    /// that many tokens cost far less than as many single lookups.
    pub fn lookup_batch(&self, tokens: &[[u8; 32]], mut hit: impl FnMut(usize, ListHandle)) {
        let mut hits = Vec::new();
        for (chunk, tokens) in tokens.chunks(CHUNK).enumerate() {
            for segment in &self.segments {
                segment.bases.scan_batch(tokens, |place, list| {
                    let held = self.held(segment, list, &tokens[place]);
                    hits.extend(held.map(|list| (place, list)));
                });
            }
            if let Some(changes) = &self.changes {
                changes.lookup_batch(tokens, |place, list| {
                    hits.extend(self.changed_list(list).map(|list| (place, list)));
                });
            }
            hits.sort_unstable();
            hits.dedup();
            hits.drain(..)
                .for_each(|(place, list)| hit(chunk * CHUNK + place, list));
        }
    }

    /// The list that a handle of this index names.
    pub fn list(&self, handle: ListHandle) -> Option<&ListId> {
        self.lists.get(handle.position())
    }

    /// Every list, in the order of the handles.
    pub fn lists(&self) -> &[ListId] {
        &self.lists
    }

    /// What each list costs, in the order of the handles.
    pub fn memory(&self) -> Vec<ListMemory> {
        let lists = self.lists.iter().zip(&self.masks).enumerate();
        lists
            .map(|(place, (list, mask))| ListMemory {
                list: list.clone(),
                base: self.base_memory(ListHandle(place as u16)),
                changes: self
                    .changes
                    .as_ref()
                    .zip(*mask)
                    .map_or(0, |(changes, place)| changes.memory(place)),
            })
            .collect()
    }

    fn base_memory(&self, list: ListHandle) -> usize {
        let place = |segment: &Segment<B>| segment.handles.iter().position(|held| *held == Some(list));
        let found = |segment: &Segment<B>| place(segment).map(|place| segment.bases.memory(place));
        self.segments.iter().find_map(found).unwrap_or(0)
    }

    fn seed(&self) -> Option<&Seed> {
        self.segments.first().map(|segment| segment.bases.seed())
    }

    /// The list of a hit in a segment, unless another base is in force for it or the token left it.
    fn held(&self, segment: &Segment<B>, list: usize, token: &[u8; 32]) -> Option<ListHandle> {
        let list = segment.handles.get(list).copied().flatten()?;
        (!self.is_removed(list, token)).then_some(list)
    }

    fn is_removed(&self, list: ListHandle, token: &[u8; 32]) -> bool {
        let place = self.masks.get(list.position()).copied().flatten();
        let changes = self.changes.as_ref().zip(place);
        changes.is_some_and(|(changes, place)| changes.removed(place, token))
    }

    fn changed_list(&self, place: usize) -> Option<ListHandle> {
        self.changed.get(place).copied().flatten()
    }
}
