use std::sync::Arc;

use lianfang_digest::{Bloom, Delta, ListId, Probe, Seed};

use crate::aligned::AlignedBytes;
use crate::bases::{BaseSource, Bases};
use crate::changes::{AHEAD, ChangeSource, Changes};
use crate::image::ImageError;

/// Lists of one index at most.
pub const MAX_LISTS: usize = 4_095;

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

/// One list with all its content, for [`Index::build`].
#[derive(Debug, Clone)]
pub struct Source<'a> {
    pub list: ListId,
    /// SHA-256 of the base's body.
    pub body: [u8; 32],
    pub base: Bloom<'a>,
    /// The list's state hash.
    pub state: [u8; 32],
    /// The net change of every delta in force.
    pub delta: &'a Delta,
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
#[derive(Debug, Clone)]
pub struct Index<B> {
    lists: Vec<ListId>,
    segments: Vec<Segment<B>>,
    changes: Arc<Changes<B>>,
    /// Handle of each list in the changes.
    changed: Vec<Option<u16>>,
    /// Place in the changes of each handle.
    masks: Vec<Option<u16>>,
}

#[derive(Debug)]
struct Segment<B> {
    bases: Arc<Bases<B>>,
    /// Handle of each list of the image whose base there is the one in force.
    handles: Vec<Option<u16>>,
}

impl<B> Clone for Segment<B> {
    fn clone(&self) -> Self {
        Self {
            bases: Arc::clone(&self.bases),
            handles: self.handles.clone(),
        }
    }
}

impl Index<AlignedBytes> {
    /// Builds bases and changes in memory and an index over them.
    ///
    /// # Errors
    /// As [`Bases::build`], except that no source at all is an index that finds nothing.
    pub fn build(sources: &[Source<'_>]) -> Result<Self, IndexError> {
        let bases: Vec<_> = sources
            .iter()
            .map(|source| BaseSource {
                list: source.list.clone(),
                body: source.body,
                bloom: source.base,
            })
            .collect();
        let changes: Vec<_> = sources
            .iter()
            .map(|source| ChangeSource {
                list: source.list.clone(),
                state: source.state,
                delta: source.delta,
            })
            .collect();
        let current = sources
            .iter()
            .map(|source| Current {
                list: source.list.clone(),
                base: source.body,
            })
            .collect();
        let segments = if bases.is_empty() {
            vec![]
        } else {
            vec![Arc::new(Bases::build(&bases)?)]
        };
        Self::new(current, segments, Arc::new(Changes::build(&changes)?))
    }
}

impl<B: AsRef<[u8]>> Index<B> {
    /// Makes an index over the lists in force out of images. Bases in an image that are in force no more are skipped, so
    /// a large image stays useful while newer bases come in small ones.
    ///
    /// # Errors
    /// [`IndexError::BaseMissing`] when no image has the base of a list; [`IndexError::TooManyLists`];
    /// [`IndexError::MixedSeeds`].
    pub fn new(
        current: Vec<Current>,
        bases: Vec<Arc<Bases<B>>>,
        changes: Arc<Changes<B>>,
    ) -> Result<Self, IndexError> {
        if current.len() > MAX_LISTS {
            return Err(IndexError::TooManyLists);
        }
        let seed = |bases: &Arc<Bases<B>>| *bases.seed().as_bytes();
        if bases.windows(2).any(|pair| seed(&pair[0]) != seed(&pair[1])) {
            return Err(IndexError::MixedSeeds);
        }
        let mut missing = vec![true; current.len()];
        let mut place_base = |(list, body): &(ListId, [u8; 32])| {
            let place = current
                .iter()
                .position(|current| current.list == *list && current.base == *body)?;
            std::mem::take(&mut missing[place]).then_some(place as u16)
        };
        let mut segments = Vec::with_capacity(bases.len());
        for bases in bases {
            let handles = bases.lists().iter().map(&mut place_base).collect();
            segments.push(Segment { bases, handles });
        }
        if let Some(place) = missing.iter().position(|missing| *missing) {
            return Err(IndexError::BaseMissing(place));
        }
        let place = |list: &ListId| current.iter().position(|current| current.list == *list);
        let changed: Vec<_> = changes
            .lists()
            .map(|(list, _)| place(list).map(|place| place as u16))
            .collect();
        let mut masks = vec![None; current.len()];
        for (place, handle) in changed.iter().enumerate() {
            if let Some(handle) = handle {
                masks[usize::from(*handle)] = Some(place as u16);
            }
        }
        let lists = current.into_iter().map(|current| current.list).collect();
        Ok(Self {
            lists,
            segments,
            changes,
            changed,
            masks,
        })
    }

    /// The lists that may hold `token`, ascending. Allocates only when there are any.
    pub fn lookup(&self, token: &[u8; 32]) -> Vec<ListHandle> {
        let mut hits = Vec::new();
        if let Some(seed) = self.seed() {
            let probe = seed.probe(token);
            for segment in &self.segments {
                for group in 0..segment.bases.groups() {
                    self.scan(segment, group, &probe, token, |handle| hits.push(handle));
                }
            }
        }
        self.changes
            .lookup(token, |place| hits.extend(self.changed_list(place)));
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
        for (chunk, tokens) in tokens.chunks(AHEAD).enumerate() {
            self.chunk_bases(tokens, &mut hits);
            self.changes.lookup_batch(tokens, |place, list| {
                hits.extend(self.changed_list(list).map(|list| (place, list)))
            });
            if !hits.is_empty() {
                hits.sort_unstable();
                hits.dedup();
                hits.drain(..)
                    .for_each(|(place, list)| hit(chunk * AHEAD + place, list));
            }
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
        let base = |handle: u16| {
            let place =
                |segment: &Segment<B>| segment.handles.iter().position(|found| *found == Some(handle));
            let found = self
                .segments
                .iter()
                .find_map(|segment| Some((segment, place(segment)?)));
            found.map_or(0, |(segment, place)| segment.bases.memory(place))
        };
        let changes = |place: Option<u16>| place.map_or(0, |place| self.changes.memory(place.into()));
        let lists = self.lists.iter().zip(&self.masks).enumerate();
        lists
            .map(|(handle, (list, place))| ListMemory {
                list: list.clone(),
                base: base(handle as u16),
                changes: changes(*place),
            })
            .collect()
    }

    fn seed(&self) -> Option<&Seed> {
        self.segments.first().map(|segment| segment.bases.seed())
    }

    fn scan(
        &self,
        segment: &Segment<B>,
        group: usize,
        probe: &Probe,
        token: &[u8; 32],
        mut hit: impl FnMut(ListHandle),
    ) {
        segment.bases.scan(group, probe, |place| {
            let Some(handle) = segment.handles.get(place).copied().flatten() else {
                return;
            };
            let mask = self.masks.get(usize::from(handle)).copied().flatten();
            if !mask.is_some_and(|place| self.changes.removed(place.into(), token)) {
                hit(ListHandle(handle));
            }
        });
    }

    fn chunk_bases(&self, tokens: &[[u8; 32]], hits: &mut Vec<(usize, ListHandle)>) {
        let Some(seed) = self.seed() else {
            return;
        };
        let probes: [Option<Probe>; AHEAD] =
            std::array::from_fn(|i| tokens.get(i).map(|token| seed.probe(token)));
        for segment in &self.segments {
            for group in 0..segment.bases.groups() {
                for (place, (token, probe)) in tokens.iter().zip(probes.iter().flatten()).enumerate() {
                    self.scan(segment, group, probe, token, |list| hits.push((place, list)));
                }
            }
        }
    }

    fn changed_list(&self, place: usize) -> Option<ListHandle> {
        self.changed.get(place).copied().flatten().map(ListHandle)
    }
}
