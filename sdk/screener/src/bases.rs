use lianfang_digest::{Bloom, ListId, Probe, Seed, SizeClass};

use crate::IndexError;
use crate::aligned::AlignedBytes;
use crate::image::{self, ImageError, Kind, Plan, put_list};
use crate::sliced::{Group, transpose, widths};

/// Groups whose rows are sent for at once.
const AHEAD: usize = 64;

/// Bytes of rows that are made at once when an image is written.
const BLOCK: usize = 1 << 18;

/// The base of one list, checked against its head.
#[derive(Debug, Clone)]
pub struct BaseSource<'a> {
    pub list: ListId,
    /// SHA-256 of the body: by it an index later recognises that this base is the one in force.
    pub body: [u8; 32],
    pub bloom: Bloom<'a>,
}

/// Bases of many lists, bit-sliced by size class, over memory that `B` owns or maps (PROTOCOL.md §4).
#[derive(Debug)]
pub struct Bases<B> {
    bytes: B,
    seed: Seed,
    lists: Vec<(ListId, [u8; 32])>,
    groups: Vec<(Group, std::ops::Range<usize>)>,
}

impl Bases<AlignedBytes> {
    /// Builds the image in memory.
    ///
    /// # Errors
    /// [`IndexError::TooManyLists`], [`IndexError::MixedSeeds`], [`IndexError::Empty`].
    pub fn build(sources: &[BaseSource<'_>]) -> Result<Self, IndexError> {
        let mut bytes = AlignedBytes::zeroed(Layout::of(sources)?.plan.length);
        let mut at = 0;
        write_bases(sources, |block| {
            bytes.as_mut()[at..at + block.len()].copy_from_slice(block);
            at += block.len();
            Ok::<_, IndexError>(())
        })?;
        Self::open(bytes).map_err(IndexError::Image)
    }
}

/// Writes the image in blocks of at most 256 KiB, in order, for a file that is mapped later. Needs no memory beyond
/// a block.
///
/// # Errors
/// As [`Bases::build`], and whatever `sink` returns.
pub fn write_bases<E: From<IndexError>>(
    sources: &[BaseSource<'_>],
    mut sink: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let Layout { plan, groups } = Layout::of(sources)?;
    sink(&plan.front)?;
    let mut rows = vec![0; BLOCK];
    for (group, section) in groups.iter().zip(&plan.sections) {
        let filters: Vec<&[u8]> = group
            .columns
            .iter()
            .map(|list| sources[usize::from(*list)].bloom.bits())
            .collect();
        let mut written = 0;
        while written < section.len() {
            let block = &mut rows[..BLOCK.min(section.len() - written)];
            transpose(&filters, group.width, written * 8 / group.width, block);
            sink(block)?;
            written += block.len();
        }
        let padding = section.len().next_multiple_of(crate::aligned::LINE) - section.len();
        sink(&[0; crate::aligned::LINE][..padding])?;
    }
    Ok(())
}

impl<B: AsRef<[u8]>> Bases<B> {
    /// Opens an image that was built here; reads its directory and nothing else.
    ///
    /// # Errors
    /// [`ImageError`] when it is another version, cut short, or its directory is damaged.
    pub fn open(bytes: B) -> Result<Self, ImageError> {
        let (mut content, sections) = image::open(bytes.as_ref(), Kind::Bases)?;
        let seed = Seed::try_from(content.array()?).map_err(|_| ImageError::Damaged)?;
        let count = content.u16()?;
        let lists: Vec<_> = (0..count)
            .map(|_| Ok((content.list()?, content.array()?)))
            .collect::<Result<_, ImageError>>()?;
        let groups = sections
            .into_iter()
            .map(|section| {
                let group = take_group(&mut content, lists.len())?;
                if group.length() == section.len() {
                    Ok((group, section))
                } else {
                    Err(ImageError::Damaged)
                }
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            bytes,
            seed,
            lists,
            groups,
        })
    }

    /// The image, to be written to a file and mapped at the next start.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.as_ref()
    }

    /// The seed of the federation whose bases these are.
    pub fn seed(&self) -> &Seed {
        &self.seed
    }

    /// Lists inside, each with the hash of its base.
    pub fn lists(&self) -> &[(ListId, [u8; 32])] {
        &self.lists
    }

    /// Bytes that the rows of list `place` take, its share of padding included.
    pub(crate) fn memory(&self, place: usize) -> usize {
        let holds = |group: &&(Group, _)| group.0.columns.iter().any(|column| usize::from(*column) == place);
        self.groups
            .iter()
            .find(holds)
            .map_or(0, |(group, section)| section.len() / group.columns.len())
    }

    /// Calls `hit` with the place of each list that may hold the probe's token. The rows of many groups are sent for at
    /// once, because a request that asks for one token has nothing else to do while it waits for memory.
    #[inline]
    pub(crate) fn scan(&self, probe: &Probe, mut hit: impl FnMut(usize)) {
        if let [(group, section)] = &self.groups[..] {
            return group.scan(self.data(section), probe, lists(group, hit));
        }
        for groups in self.groups.chunks(AHEAD) {
            let mut ahead = [[0; _]; AHEAD];
            for (rows, (group, section)) in ahead.iter_mut().zip(groups) {
                *rows = group.fetch(self.data(section), probe);
            }
            let (mut left, mut count) = ([0; AHEAD], 0);
            for (place, (rows, (group, section))) in ahead.iter().zip(groups).enumerate() {
                left[count] = place;
                count += usize::from(group.survives(self.data(section), probe, rows));
            }
            for (group, section) in left[..count].iter().filter_map(|place| groups.get(*place)) {
                group.scan(self.data(section), probe, lists(group, &mut hit));
            }
        }
    }

    /// As [`Bases::scan`] for each of `tokens`, with its place in front, one group after the other. The tokens are hashed
    /// while the rows of those before them are under way.
    pub(crate) fn scan_batch(&self, tokens: &[[u8; 32]], mut hit: impl FnMut(usize, usize)) {
        let mut groups = self.groups.iter();
        let Some((first, section)) = groups.next() else {
            return;
        };
        let mut probes = Vec::with_capacity(tokens.len());
        let hash = |place: usize| {
            let probe = self.seed.probe(&tokens[place]);
            probes.push(probe);
            probe
        };
        let data = self.data(section);
        first.scan_batch(data, tokens.len(), hash, |place, column| {
            lists(first, |list| hit(place, list))(column);
        });
        for (group, section) in groups {
            let data = self.data(section);
            group.scan_batch(
                data,
                probes.len(),
                |place| probes[place],
                |place, column| {
                    lists(group, |list| hit(place, list))(column);
                },
            );
        }
    }

    fn data(&self, section: &std::ops::Range<usize>) -> &[u8] {
        self.bytes.as_ref().get(section.clone()).unwrap_or_default()
    }
}

/// Columns of a group as places of lists.
fn lists(group: &Group, mut hit: impl FnMut(usize)) -> impl FnMut(usize) {
    move |column| {
        if let Some(list) = group.columns.get(column) {
            hit((*list).into());
        }
    }
}

struct Layout {
    plan: Plan,
    groups: Vec<Group>,
}

impl Layout {
    fn of(sources: &[BaseSource<'_>]) -> Result<Self, IndexError> {
        let seed = sources.first().ok_or(IndexError::Empty)?.bloom.seed();
        if sources.len() > crate::MAX_LISTS {
            return Err(IndexError::TooManyLists);
        }
        if sources
            .iter()
            .any(|source| source.bloom.seed().as_bytes() != seed.as_bytes())
        {
            return Err(IndexError::MixedSeeds);
        }
        let groups = group(sources);
        let mut content = Vec::from(*seed.as_bytes());
        content.extend((sources.len() as u16).to_le_bytes());
        for source in sources {
            put_list(&mut content, &source.list);
            content.extend(source.body);
        }
        for group in &groups {
            content.extend(group.class.capacity().to_le_bytes());
            content.extend((group.width as u16).to_le_bytes());
            content.extend((group.columns.len() as u16).to_le_bytes());
            group
                .columns
                .iter()
                .for_each(|column| content.extend(column.to_le_bytes()));
        }
        let lengths: Vec<usize> = groups.iter().map(Group::length).collect();
        Ok(Self {
            plan: Plan::new(Kind::Bases, &content, &lengths),
            groups,
        })
    }
}

fn group(sources: &[BaseSource<'_>]) -> Vec<Group> {
    let mut places: Vec<(SizeClass, u16)> = sources
        .iter()
        .enumerate()
        .map(|(place, source)| (source.bloom.class(), place as u16))
        .collect();
    places.sort_unstable();
    let mut groups = Vec::new();
    for of_class in places.chunk_by(|a, b| a.0 == b.0) {
        let mut rest = of_class;
        for width in widths(of_class.len()) {
            let (taken, left) = rest.split_at(width.min(rest.len()));
            let columns = taken.iter().map(|(_, place)| *place).collect();
            groups.push(Group::new(of_class[0].0, width, columns));
            rest = left;
        }
    }
    groups
}

fn take_group(content: &mut image::Take<'_>, lists: usize) -> Result<Group, ImageError> {
    let class = SizeClass::of_total(content.u32()?).map_err(|_| ImageError::Damaged)?;
    let (width, count) = (usize::from(content.u16()?), usize::from(content.u16()?));
    let columns: Vec<u16> = (0..count).map(|_| content.u16()).collect::<Result<_, _>>()?;
    let known = columns.iter().all(|column| usize::from(*column) < lists);
    if !known || count > width || !width.is_power_of_two() || width > 512 {
        return Err(ImageError::Damaged);
    }
    Ok(Group::new(class, width, columns))
}
