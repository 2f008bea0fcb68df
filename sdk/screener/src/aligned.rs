use memmap2::MmapMut;

/// A cache line.
pub(crate) const LINE: usize = 64;

/// A huge page.
const HUGE: usize = 2 << 20;

/// What gets huge pages of its own: at most a sixteenth is rounded up.
const LARGE: usize = 16 * HUGE;

/// Bytes that start on a cache line, so that no row of an index crosses one. Zero at first. Large ones ask the system
/// for huge pages: a lookup touches lines all over them, and each would cost a walk through the page tables as well.
pub struct AlignedBytes {
    memory: Memory,
    length: usize,
}

enum Memory {
    Heap { bytes: Vec<u8>, start: usize },
    Pages(MmapMut),
}

impl AlignedBytes {
    /// `length` zero bytes.
    pub fn zeroed(length: usize) -> Self {
        let pages = if length < LARGE { None } else { pages(length) };
        let memory = pages.map_or_else(|| heap(length), Memory::Pages);
        Self { memory, length }
    }

    /// Appends zero bytes until there are `length`.
    pub(crate) fn grow(&mut self, length: usize) {
        let room = match &self.memory {
            Memory::Heap { bytes, start } => bytes.len() - start,
            Memory::Pages(pages) => pages.len(),
        };
        if length > room {
            let mut grown = Self::zeroed(length);
            grown.as_mut()[..self.length].copy_from_slice(self.as_ref());
            *self = grown;
        }
        self.length = self.length.max(length);
    }
}

fn heap(length: usize) -> Memory {
    let bytes = vec![0; length + LINE - 1];
    let start = bytes.as_ptr().align_offset(LINE).min(LINE - 1);
    Memory::Heap { bytes, start }
}

/// Whole huge pages, because only such a length is put where a huge page begins. `None` where the system has none to give.
fn pages(length: usize) -> Option<MmapMut> {
    let pages = MmapMut::map_anon(length.checked_next_multiple_of(HUGE)?).ok()?;
    #[cfg(target_os = "linux")]
    let _ = pages.advise(memmap2::Advice::HugePage);
    Some(pages)
}

impl AsRef<[u8]> for AlignedBytes {
    fn as_ref(&self) -> &[u8] {
        match &self.memory {
            Memory::Heap { bytes, start } => &bytes[*start..start + self.length],
            Memory::Pages(pages) => &pages[..self.length],
        }
    }
}

impl AsMut<[u8]> for AlignedBytes {
    fn as_mut(&mut self) -> &mut [u8] {
        match &mut self.memory {
            Memory::Heap { bytes, start } => &mut bytes[*start..*start + self.length],
            Memory::Pages(pages) => &mut pages[..self.length],
        }
    }
}

impl std::fmt::Debug for AlignedBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AlignedBytes({})", self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_byte_lies_on_a_cache_line_and_all_are_zero() {
        for length in [0, 1, 64, 100_000, LARGE - 1, LARGE, LARGE + 1] {
            let mut bytes = AlignedBytes::zeroed(length);
            assert_eq!(bytes.as_ref().len(), length);
            assert_eq!(bytes.as_ref().as_ptr() as usize % LINE, 0);
            assert!(bytes.as_ref().iter().all(|byte| *byte == 0));
            bytes.as_mut().fill(7);
            assert!(bytes.as_ref().iter().all(|byte| *byte == 7));
        }
    }

    #[test]
    fn growing_keeps_what_is_there_and_adds_zeros() {
        for length in [0, 1, 64, 100_000, LARGE - 1, LARGE + 1] {
            for more in [0, 1, 70, HUGE] {
                let mut bytes = AlignedBytes::zeroed(length);
                bytes.as_mut().fill(7);
                bytes.grow(length + more);
                assert_eq!(bytes.as_ref().as_ptr() as usize % LINE, 0);
                let (old, new) = bytes.as_ref().split_at(length);
                assert!(old.iter().all(|byte| *byte == 7));
                assert!(new.len() == more && new.iter().all(|byte| *byte == 0));
            }
        }
    }
}
