use lianfang_digest::gcs::{PREFIX_BITS, prefix};
use lianfang_digest::{Delta, ListId};

use crate::IndexError;
use crate::aligned::{AlignedBytes, LINE};
use crate::batch::Batch;
use crate::image::{self, ImageError, Kind, Plan, put_list};
use crate::merged::{self, Merged};

/// What changed in one list since its base.
#[derive(Debug, Clone)]
pub struct ChangeSource<'a> {
    pub list: ListId,
    /// The list's state hash, by which an image is recognised as current.
    pub state: [u8; 32],
    /// The net change of every delta in force.
    pub delta: &'a Delta,
}

/// The additions of every list merged into one table, and the removals of each as exact masks (PROTOCOL.md §4).
#[derive(Debug)]
pub struct Changes<B> {
    bytes: B,
    id_bits: u32,
    lists: Vec<Listed>,
    lines: std::ops::Range<usize>,
    overflow: std::ops::Range<usize>,
    masks: std::ops::Range<usize>,
}

#[derive(Debug)]
struct Listed {
    list: ListId,
    state: [u8; 32],
    additions: u32,
    /// In entries of 8 bytes, within the masks.
    mask: std::ops::Range<usize>,
}

impl Changes<AlignedBytes> {
    /// Builds the image in memory: about 5.6 bytes for each addition and 8 for each removal.
    ///
    /// # Errors
    /// [`IndexError::TooManyLists`].
    pub fn build(sources: &[ChangeSource<'_>]) -> Result<Self, IndexError> {
        if sources.len() > crate::MAX_LISTS {
            return Err(IndexError::TooManyLists);
        }
        let lists: Vec<&[u64]> = sources.iter().map(|source| source.delta.additions()).collect();
        let id_bits = merged::id_bits(lists.len());
        let lines = merged::lines(lists.iter().map(|list| list.len()).sum());
        let removals: usize = sources.iter().map(|source| source.delta.removals().len()).sum();
        let directory = directory(sources, id_bits);
        let plan = |overflow| {
            Plan::new(
                Kind::Changes,
                &directory,
                &[lines * LINE, removals * 8, overflow * 8],
            )
        };
        // Hardly anything ever overflows, so the table is filled where it stays: a second one would be as large.
        let without = plan(0);
        let mut bytes = AlignedBytes::zeroed(without.length);
        let table = &mut bytes.as_mut()[without.sections[0].clone()];
        let overflow = merged::fill(&lists, id_bits, table.as_chunks_mut().0);
        let plan = plan(overflow.len());
        bytes.grow(plan.length);
        let out = bytes.as_mut();
        out[..plan.front.len()].copy_from_slice(&plan.front);
        let removals = sources.iter().flat_map(|source| source.delta.removals());
        put_words(&mut out[plan.sections[1].clone()], removals);
        put_words(&mut out[plan.sections[2].clone()], overflow.iter());
        Self::open(bytes).map_err(IndexError::Image)
    }
}

impl<B: AsRef<[u8]>> Changes<B> {
    /// Opens an image that was built here; reads its directory and nothing else.
    ///
    /// # Errors
    /// [`ImageError`] when it is another version, cut short, or its directory is damaged.
    pub fn open(bytes: B) -> Result<Self, ImageError> {
        let (mut content, sections) = image::open(bytes.as_ref(), Kind::Changes)?;
        let Ok([lines, masks, overflow]) = <[_; 3]>::try_from(sections) else {
            return Err(ImageError::Damaged);
        };
        let (id_bits, count) = (content.u16()?.into(), content.u16()?);
        if id_bits != merged::id_bits(count.into()) {
            return Err(ImageError::Damaged);
        }
        let mut start = 0;
        let mut take = |_| {
            let (list, state, additions) = (content.list()?, content.array()?, content.u32()?);
            let mask = start..start + content.u32()? as usize;
            start = mask.end;
            Ok(Listed {
                list,
                state,
                additions,
                mask,
            })
        };
        let lists: Vec<_> = (0..count).map(&mut take).collect::<Result<_, ImageError>>()?;
        if start * 8 != masks.len() || lines.len() % LINE != 0 || overflow.len() % 8 != 0 {
            return Err(ImageError::Damaged);
        }
        Ok(Self {
            bytes,
            id_bits,
            lists,
            lines,
            overflow,
            masks,
        })
    }

    /// The image, to be written to a file and mapped at the next start.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// Lists inside, each with its state hash.
    pub fn lists(&self) -> impl ExactSizeIterator<Item = (&ListId, &[u8; 32])> {
        self.lists.iter().map(|listed| (&listed.list, &listed.state))
    }

    /// Calls `hit` with the place of each list that `token`'s prefix came to.
    pub fn lookup(&self, token: &[u8; 32], hit: impl FnMut(usize)) {
        if let Some(merged) = self.merged() {
            merged.find(merged::key_of(token), hit);
        }
    }

    /// As [`Changes::lookup`] for each of `tokens`, with its place in front, in no particular order. Many lines are under
    /// way at once.
    pub fn lookup_batch(&self, tokens: &[[u8; 32]], hit: impl FnMut(usize, usize)) {
        if let Some(merged) = self.merged() {
            Batch::new(merged, tokens, hit).run();
        }
    }

    /// Bytes that the changes of list `place` take, its share of the table's padding included.
    pub(crate) fn memory(&self, place: usize) -> usize {
        let additions: usize = self.lists.iter().map(|listed| listed.additions as usize).sum();
        let table = self.lines.len() + self.overflow.len();
        self.lists.get(place).map_or(0, |listed| {
            (table * listed.additions as usize)
                .checked_div(additions)
                .unwrap_or(0)
                + listed.mask.len() * 8
        })
    }

    /// Whether the last token with this one's prefix left list `place`.
    pub(crate) fn removed(&self, place: usize, token: &[u8; 32]) -> bool {
        let masks = self.section(&self.masks).as_chunks().0;
        let mask = self
            .lists
            .get(place)
            .and_then(|listed| masks.get(listed.mask.clone()));
        let wanted = prefix(token, PREFIX_BITS);
        mask.is_some_and(|mask| {
            mask.binary_search_by_key(&wanted, |word| u64::from_le_bytes(*word))
                .is_ok()
        })
    }

    /// The merged table; `None` when nothing was added anywhere.
    fn merged(&self) -> Option<Merged<'_>> {
        let lines = self.section(&self.lines).as_chunks().0;
        let overflow = self.section(&self.overflow).as_chunks().0;
        (!lines.is_empty()).then_some(Merged {
            lines,
            overflow,
            id_bits: self.id_bits,
        })
    }

    fn section(&self, range: &std::ops::Range<usize>) -> &[u8] {
        self.bytes.as_ref().get(range.clone()).unwrap_or_default()
    }
}

fn directory(sources: &[ChangeSource<'_>], id_bits: u32) -> Vec<u8> {
    let mut content = Vec::new();
    content.extend((id_bits as u16).to_le_bytes());
    content.extend((sources.len() as u16).to_le_bytes());
    for source in sources {
        put_list(&mut content, &source.list);
        content.extend(source.state);
        content.extend((source.delta.additions().len() as u32).to_le_bytes());
        content.extend((source.delta.removals().len() as u32).to_le_bytes());
    }
    content
}

fn put_words<'a>(out: &mut [u8], words: impl Iterator<Item = &'a u64>) {
    for (out, word) in out.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        *out = word.to_le_bytes();
    }
}
