//! Rows of one width: a bit for each column.

use prefetch_index::prefetch_index;

/// Rows side by side.
pub(crate) trait Table {
    /// Columns that are left.
    type Alive: PartialEq;

    const NONE: Self::Alive;

    /// Sends for a row, so that it's there when it is read.
    fn fetch(&self, row: u32);

    /// What is left of all columns after `rows`.
    fn first(&self, rows: &[u32]) -> Self::Alive;

    /// Keeps the columns whose bit is set in `row`.
    fn and(&self, alive: &mut Self::Alive, row: u32);

    /// Calls `hit` with each column that is left.
    fn columns(alive: Self::Alive, hit: impl FnMut(usize));
}

/// Rows of `WORDS` words of 64 bits.
pub(crate) struct Wide<'a, const WORDS: usize>(&'a [[[u8; 8]; WORDS]]);

impl<'a, const WORDS: usize> Wide<'a, WORDS> {
    #[inline]
    pub(crate) fn of(data: &'a [u8]) -> Self {
        Self(data.as_chunks().0.as_chunks().0)
    }
}

impl<const WORDS: usize> Table for Wide<'_, WORDS> {
    type Alive = [u64; WORDS];

    const NONE: Self::Alive = [0; WORDS];

    #[inline]
    fn fetch(&self, row: u32) {
        prefetch_index(self.0, row as usize);
    }

    #[inline]
    fn first(&self, rows: &[u32]) -> Self::Alive {
        let mut alive = [u64::MAX; WORDS];
        rows.iter().for_each(|row| self.and(&mut alive, *row));
        alive
    }

    #[inline]
    fn and(&self, alive: &mut Self::Alive, row: u32) {
        let row = self.0.get(row as usize).unwrap_or(&[[0; 8]; WORDS]);
        for (alive, row) in alive.iter_mut().zip(row) {
            *alive &= u64::from_le_bytes(*row);
        }
    }

    fn columns(alive: Self::Alive, mut hit: impl FnMut(usize)) {
        for (place, word) in alive.into_iter().enumerate() {
            bits(word, |bit| hit(place * 64 + bit));
        }
    }
}

/// Rows of a power of two below 64 bits; the narrowest share a byte.
pub(crate) struct Narrow<'a> {
    data: &'a [u8],
    shift: u32,
    mask: u32,
}

impl<'a> Narrow<'a> {
    #[inline]
    pub(crate) fn of(data: &'a [u8], width: usize) -> Self {
        Self {
            data,
            shift: width.ilog2(),
            mask: u32::MAX >> (32 - width.min(32)),
        }
    }

    #[inline]
    fn row(&self, row: u32) -> u32 {
        let at = row as usize;
        let found = match self.shift {
            5 => self.data.as_chunks().0.get(at).copied().map(u32::from_le_bytes),
            4 => self
                .data
                .as_chunks()
                .0
                .get(at)
                .map(|bytes| u16::from_le_bytes(*bytes).into()),
            shift => {
                let bit = at << shift;
                self.data.get(bit / 8).map(|byte| u32::from(*byte) >> (bit % 8))
            }
        };
        found.unwrap_or(0)
    }
}

impl Table for Narrow<'_> {
    type Alive = u32;

    const NONE: u32 = 0;

    #[inline]
    fn fetch(&self, row: u32) {
        prefetch_index(self.data, (row as usize) << self.shift >> 3);
    }

    #[inline]
    fn first(&self, rows: &[u32]) -> u32 {
        rows.iter().fold(self.mask, |alive, row| alive & self.row(*row))
    }

    #[inline]
    fn and(&self, alive: &mut u32, row: u32) {
        *alive &= self.row(row);
    }

    fn columns(alive: u32, hit: impl FnMut(usize)) {
        bits(alive.into(), hit);
    }
}

fn bits(mut word: u64, mut hit: impl FnMut(usize)) {
    while word != 0 {
        hit(word.trailing_zeros() as usize);
        word &= word - 1;
    }
}
