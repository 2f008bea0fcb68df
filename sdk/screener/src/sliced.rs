//! Bit-sliced filters of one size class (PROTOCOL.md §4): for each position one row, and in it one bit for each list. A
//! token's 20 rows are ANDed; the bits that survive are the lists that may hold it.

use lianfang_digest::{HASHES, Modulus, Probe, SizeClass};

use crate::rows::{Narrow, Table, Wide};

/// Bits of the widest row: a cache line.
const WIDEST: usize = 512;

/// Rows that are read at once after the first ones.
const STEP: usize = 4;

/// Tokens whose rows are under way in a batch: enough for every load that a core can have under way.
const AHEAD: usize = 8;

/// Positions of a token in one class; those beyond the first rows stay 0.
pub(crate) type Rows = [u32; HASHES as usize];

/// Rows of one class side by side. Widths are powers of two, so that no row crosses a cache line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) class: SizeClass,
    pub(crate) modulus: Modulus,
    /// Bits of a row.
    pub(crate) width: usize,
    /// Which list each bit stands for, by its place in the image.
    pub(crate) columns: Vec<u16>,
}

/// Splits `lists` lists into rows of powers of two that waste at most a third.
pub(crate) fn widths(mut lists: usize) -> Vec<usize> {
    let mut widths = Vec::new();
    while lists > 0 {
        let above = lists.next_power_of_two();
        let width = match above {
            _ if lists >= WIDEST => WIDEST,
            _ if above * 2 <= lists * 3 => above,
            _ => above / 2,
        };
        widths.push(width);
        lists -= lists.min(width);
    }
    widths
}

/// The rows of a group as a table of its width.
macro_rules! in_table {
    ($group:ident, $data:ident, $table:ident => $work:expr) => {
        match $group.width {
            64 => {
                let $table = Wide::<1>::of($data);
                $work
            }
            128 => {
                let $table = Wide::<2>::of($data);
                $work
            }
            256 => {
                let $table = Wide::<4>::of($data);
                $work
            }
            512 => {
                let $table = Wide::<8>::of($data);
                $work
            }
            width => {
                let $table = Narrow::of($data, width);
                $work
            }
        }
    };
}

impl Group {
    pub(crate) fn new(class: SizeClass, width: usize, columns: Vec<u16>) -> Self {
        Self {
            class,
            modulus: class.into(),
            width,
            columns,
        }
    }

    /// Bytes of all rows.
    pub(crate) fn length(&self) -> usize {
        (self.class.bits() as usize * self.width).div_ceil(8)
    }

    /// Calls `hit` with each column whose 20 bits are all set.
    #[inline]
    pub(crate) fn scan(&self, data: &[u8], probe: &Probe, hit: impl FnMut(usize)) {
        let rows = self.first_rows(probe);
        in_table!(self, data, table => self.scan_rows(&table, probe, &rows, hit));
    }

    /// As [`Group::scan`] for each of `count` probes, with its place in front.
    #[inline]
    pub(crate) fn scan_batch(
        &self,
        data: &[u8],
        count: usize,
        probe: impl FnMut(usize) -> Probe,
        hit: impl FnMut(usize, usize),
    ) {
        in_table!(self, data, table => self.scan_ahead(&table, count, probe, hit));
    }

    /// The first rows of a probe, sent for.
    #[inline]
    pub(crate) fn fetch(&self, data: &[u8], probe: &Probe) -> Rows {
        in_table!(self, data, table => self.fetch_rows(&table, probe))
    }

    /// Whether any list is left after the first rows; if so, those that are read next are sent for.
    #[inline]
    pub(crate) fn survives(&self, data: &[u8], probe: &Probe, rows: &Rows) -> bool {
        in_table!(self, data, table => self.survives_rows(&table, probe, rows))
    }

    /// Rows that are read first: after them about one token in eight has any list left.
    fn first(&self) -> usize {
        self.width.ilog2() as usize + 3
    }

    #[inline]
    fn first_rows(&self, probe: &Probe) -> Rows {
        let mut rows = [0; HASHES as usize];
        for (i, row) in rows[..self.first()].iter_mut().enumerate() {
            *row = probe.position(i as u32, &self.modulus);
        }
        rows
    }

    #[inline]
    fn fetch_rows<T: Table>(&self, table: &T, probe: &Probe) -> Rows {
        let rows = self.first_rows(probe);
        rows[..self.first()].iter().for_each(|row| table.fetch(*row));
        rows
    }

    #[inline]
    fn survives_rows<T: Table>(&self, table: &T, probe: &Probe, rows: &Rows) -> bool {
        let first = self.first();
        let survives = table.first(&rows[..first]) != T::NONE;
        if survives {
            let next = first as u32..HASHES.min((first + STEP) as u32);
            next.for_each(|i| table.fetch(probe.position(i, &self.modulus)));
        }
        survives
    }

    /// Each token's rows are sent for while those of [`AHEAD`] tokens before it are on their way. Few tokens have a list
    /// left after the first rows; they come last, when their next rows have arrived.
    #[inline]
    fn scan_ahead<T: Table>(
        &self,
        table: &T,
        count: usize,
        mut probe: impl FnMut(usize) -> Probe,
        mut hit: impl FnMut(usize, usize),
    ) {
        let mut send = |place| {
            let probe = probe(place);
            (probe, self.fetch_rows(table, &probe))
        };
        let mut waiting: [_; AHEAD] = std::array::from_fn(|place| (place < count).then(|| send(place)));
        let mut left = Vec::new();
        for place in 0..count {
            let slot = &mut waiting[place % AHEAD];
            if let Some((probe, rows)) = slot
                && self.survives_rows(table, probe, rows)
            {
                left.push((place, *probe, *rows));
            }
            *slot = (place + AHEAD < count).then(|| send(place + AHEAD));
        }
        for (place, probe, rows) in left {
            self.scan_rows(table, &probe, &rows, |column| hit(place, column));
        }
    }

    #[inline]
    fn scan_rows<T: Table>(&self, table: &T, probe: &Probe, rows: &Rows, hit: impl FnMut(usize)) {
        let mut alive = table.first(&rows[..self.first()]);
        for i in (self.first() as u32..HASHES).step_by(STEP) {
            if alive == T::NONE {
                return;
            }
            for i in i..HASHES.min(i + STEP as u32) {
                table.and(&mut alive, probe.position(i, &self.modulus));
            }
        }
        T::columns(alive, hit);
    }
}

/// Writes the rows of positions `from..`, as many as fit into `rows`, out of the filters' own bits.
/// `from` and the number of rows are multiples of 8.
pub(crate) fn transpose(filters: &[&[u8]], width: usize, from: usize, rows: &mut [u8]) {
    let positions = rows.len() * 8 / width;
    let octet = |filters: &[&[u8]], at: usize| {
        let mut word = [0; 8];
        for (byte, filter) in word.iter_mut().zip(filters) {
            *byte = filter.get(from / 8 + at).copied().unwrap_or(0);
        }
        transpose_octet(u64::from_le_bytes(word)).to_le_bytes()
    };
    if width >= 8 {
        let stride = width / 8;
        for (column, filters) in filters.chunks(8).enumerate() {
            for at in 0..positions / 8 {
                for (j, byte) in octet(filters, at).into_iter().enumerate() {
                    rows[(at * 8 + j) * stride + column] = byte;
                }
            }
        }
    } else {
        for (at, out) in rows.chunks_exact_mut(width).enumerate() {
            let packed = octet(filters, at)
                .into_iter()
                .enumerate()
                .fold(0u64, |packed, (j, bits)| packed | u64::from(bits) << (j * width));
            out.copy_from_slice(&packed.to_le_bytes()[..width]);
        }
    }
}

/// Swaps bit 8k + j with bit 8j + k: a transposition of 8 × 8 bits in three rounds of swapped blocks.
fn transpose_octet(mut x: u64) -> u64 {
    for (shift, mask) in [
        (7, 0x00AA_00AA_00AA_00AA),
        (14, 0x0000_CCCC_0000_CCCC),
        (28, 0xF0F0_F0F0),
    ] {
        let swapped = (x ^ (x >> shift)) & mask;
        x ^= swapped ^ (swapped << shift);
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_hold_every_list_and_waste_at_most_a_third() {
        for lists in 1..2_000 {
            let widths = widths(lists);
            let total: usize = widths.iter().sum();
            assert!(total >= lists && total * 2 <= lists * 3, "{lists}: {widths:?}");
            assert!(
                widths
                    .iter()
                    .all(|width| width.is_power_of_two() && *width <= WIDEST)
            );
        }
        assert_eq!(widths(200), [256]);
        assert_eq!(widths(129), [128, 1]);
    }

    #[test]
    fn an_octet_is_transposed() {
        for (k, j) in (0..8).flat_map(|k| (0..8).map(move |j| (k, j))) {
            assert_eq!(transpose_octet(1 << (8 * k + j)), 1 << (8 * j + k));
        }
    }

    #[test]
    fn each_row_holds_one_bit_of_every_filter() {
        let filters: Vec<Vec<u8>> = (0..13u8)
            .map(|i| {
                (0..48u8)
                    .map(|j| i.wrapping_mul(37) ^ j.wrapping_mul(101))
                    .collect()
            })
            .collect();
        for (lists, width) in [(1, 1), (2, 2), (3, 4), (4, 4), (8, 8), (13, 16), (13, 32)] {
            let filters: Vec<&[u8]> = filters[..lists].iter().map(Vec::as_slice).collect();
            let mut rows = vec![0; 320 * width / 8];
            transpose(&filters, width, 64, &mut rows);
            for position in 0..320 {
                for (column, filter) in filters.iter().enumerate() {
                    let at = position * width + column;
                    let expected = filter[(64 + position) / 8] >> (position % 8) & 1;
                    assert_eq!(
                        rows[at / 8] >> (at % 8) & 1,
                        expected,
                        "{width} {position} {column}"
                    );
                }
            }
        }
    }
}
