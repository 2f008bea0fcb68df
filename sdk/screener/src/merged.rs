//! Prefixes of every list in one table (PROTOCOL.md §4): lines of 64 bytes with 16 lanes of u32, lane = fingerprint <<
//! id bits | list + 1, empty lane 0. For a key, the prefix in the top 44 bits, the product with the number of lines
//! gives the home line (high half) and the fingerprint (top bits of the low half); above 2^20 lines that is the
//! whole prefix. A full line spills into the next; after [`SPILL`] full lines an entry goes to a sorted overflow, so
//! that nobody can make lookups slow by publishing prefixes side by side.

use lianfang_digest::gcs::{PREFIX_BITS, prefix};
use prefetch_index::prefetch_index;

use crate::aligned::LINE;

/// Lines that a lookup reads at most.
pub(crate) const SPILL: usize = 4;

const LANES: usize = 16;

/// Lines that are filled before the next ones: what fits into a core's cache.
const BLOCK: usize = 1 << 14;

/// Bits of a list's number in a lane: 8 for 255 lists, else 12 for 4,095.
pub(crate) fn id_bits(lists: usize) -> u32 {
    if lists < 256 { 8 } else { 12 }
}

/// Lines for `entries` at 11.5 of 16 lanes.
pub(crate) fn lines(entries: usize) -> usize {
    (entries * 2).div_ceil(23)
}

/// A token's key: its 44-bit prefix on top, zeros below.
pub(crate) fn key(prefix: u64) -> u64 {
    prefix << (64 - u32::from(PREFIX_BITS))
}

/// A token's key.
#[inline]
pub(crate) fn key_of(token: &[u8; 32]) -> u64 {
    key(prefix(token, PREFIX_BITS))
}

/// A filled table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Merged<'a> {
    pub(crate) lines: &'a [[u8; LINE]],
    /// Prefix << 12 | list, ascending.
    pub(crate) overflow: &'a [[u8; 8]],
    pub(crate) id_bits: u32,
}

/// A line in which a key may be, and how it is known there.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Spot {
    line: usize,
    fingerprint: u32,
}

impl Merged<'_> {
    /// Where a key lives.
    #[inline]
    pub(crate) fn home(&self, key: u64) -> Spot {
        home(key, self.lines.len(), self.id_bits)
    }

    /// Where a key goes on when the line at `spot` is full.
    #[inline]
    pub(crate) fn behind(&self, spot: Spot) -> Spot {
        let line = spot.line + 1;
        Spot {
            line: if line == self.lines.len() { 0 } else { line },
            ..spot
        }
    }

    /// Sends for a line.
    #[inline]
    pub(crate) fn fetch(&self, spot: Spot) {
        prefetch_index(self.lines, spot.line);
    }

    /// Calls `hit` with each list that has this key's prefix.
    #[inline]
    pub(crate) fn find(&self, key: u64, mut hit: impl FnMut(usize)) {
        // About one line in eight is full; the next ones are under way by then.
        let mut spot = self.home(key);
        (0..SPILL - 1).for_each(|step| prefetch_index(self.lines, spot.line + step));
        for _ in 0..self.steps() {
            if !self.find_at(spot, &mut hit) {
                return;
            }
            spot = self.behind(spot);
        }
        self.find_overflow(key, hit);
    }

    /// Lines that a lookup reads at most.
    #[inline]
    pub(crate) fn steps(&self) -> usize {
        SPILL.min(self.lines.len())
    }

    /// Looks into a line; returns whether it is full, so that the search goes on behind it.
    #[inline]
    pub(crate) fn find_at(&self, spot: Spot, hit: &mut impl FnMut(usize)) -> bool {
        let lanes = &self.lines[spot.line];
        if lanes_hold(lanes, spot.fingerprint, self.id_bits) {
            self.each_lane(lanes, spot.fingerprint, hit);
        }
        // Compared as a number: as a slice it would be a call.
        lanes
            .last_chunk()
            .is_some_and(|lane| u32::from_le_bytes(*lane) != 0)
    }

    #[cold]
    fn each_lane(&self, lanes: &[u8; LINE], fingerprint: u32, hit: &mut impl FnMut(usize)) {
        for lane in lanes.as_chunks::<4>().0 {
            let lane = u32::from_le_bytes(*lane);
            let id = lane & ((1 << self.id_bits) - 1);
            if lane >> self.id_bits == fingerprint && id > 0 {
                hit(id as usize - 1);
            }
        }
    }

    /// Looks for a key that found nothing but full lines.
    #[cold]
    pub(crate) fn find_overflow(&self, key: u64, mut hit: impl FnMut(usize)) {
        let prefix = key >> (64 - u32::from(PREFIX_BITS));
        let start = self
            .overflow
            .partition_point(|entry| u64::from_le_bytes(*entry) < prefix << 12);
        for entry in &self.overflow[start..] {
            let entry = u64::from_le_bytes(*entry);
            if entry >> 12 != prefix {
                break;
            }
            hit((entry & 0xFFF) as usize);
        }
    }
}

/// Fills zeroed `lines` with the prefixes of each list, strictly increasing; gives the overflow.
pub(crate) fn fill(lists: &[&[u64]], id_bits: u32, lines: &mut [[u8; LINE]]) -> Vec<u64> {
    let (mut used, mut overflow) = (vec![0u8; lines.len()], Vec::new());
    let mut next = vec![0; lists.len()];
    for start in (0..lines.len()).step_by(BLOCK) {
        for (list, (prefixes, next)) in lists.iter().zip(&mut next).enumerate() {
            while let Some(prefix) = prefixes.get(*next) {
                let home = home(key(*prefix), lines.len(), id_bits);
                if home.line >= start + BLOCK {
                    break;
                }
                let lane = home.fingerprint << id_bits | (list as u32 + 1);
                if !place(lines, &mut used, home.line, lane) {
                    overflow.push(prefix << 12 | list as u64);
                }
                *next += 1;
            }
        }
    }
    overflow.sort_unstable();
    overflow
}

fn place(lines: &mut [[u8; LINE]], used: &mut [u8], home: usize, lane: u32) -> bool {
    for step in 0..SPILL.min(lines.len()) {
        let line = if home + step < lines.len() {
            home + step
        } else {
            home + step - lines.len()
        };
        let taken = usize::from(used[line]);
        if taken < LANES {
            lines[line][taken * 4..][..4].copy_from_slice(&lane.to_le_bytes());
            used[line] += 1;
            return true;
        }
    }
    false
}

#[inline]
fn home(key: u64, lines: usize, id_bits: u32) -> Spot {
    let product = u128::from(key) * lines as u128;
    Spot {
        line: (product >> 64) as usize,
        fingerprint: (product as u64 >> (32 + id_bits)) as u32,
    }
}

/// Whether any lane has this fingerprint, looking at all of them at once. An empty lane looks like fingerprint 0.
#[inline]
fn lanes_hold(lanes: &[u8; LINE], fingerprint: u32, id_bits: u32) -> bool {
    let lanes = lanes.as_chunks::<4>().0;
    lanes.iter().fold(false, |any, lane| {
        any | (u32::from_le_bytes(*lane) >> id_bits == fingerprint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use lianfang_encoding::sha256;
    use std::collections::BTreeSet;

    struct Table {
        lines: Vec<[u8; LINE]>,
        overflow: Vec<[u8; 8]>,
        id_bits: u32,
    }

    impl Table {
        fn of(lists: &[Vec<u64>]) -> Self {
            let entries = lists.iter().map(Vec::len).sum();
            let (mut table, id_bits) = (vec![[0; LINE]; lines(entries)], id_bits(lists.len()));
            let lists: Vec<&[u64]> = lists.iter().map(Vec::as_slice).collect();
            let overflow = fill(&lists, id_bits, &mut table)
                .into_iter()
                .map(u64::to_le_bytes)
                .collect();
            Self {
                lines: table,
                overflow,
                id_bits,
            }
        }

        fn find(&self, prefix: u64) -> Vec<usize> {
            let merged = Merged {
                lines: &self.lines,
                overflow: &self.overflow,
                id_bits: self.id_bits,
            };
            let mut found = Vec::new();
            if !self.lines.is_empty() {
                merged.find(key(prefix), |list| found.push(list));
            }
            found.sort_unstable();
            found.dedup();
            found
        }
    }

    fn random(list: u32, count: u32) -> Vec<u64> {
        let prefix = |i: u32| {
            lianfang_digest::gcs::prefix(&sha256(&[list, i].map(u32::to_be_bytes).concat()), PREFIX_BITS)
        };
        (0..count)
            .map(prefix)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    #[test]
    fn every_entry_is_found_in_its_list_and_hardly_ever_in_another() {
        for (lists, count) in [(1, 1), (1, 40), (3, 1_000), (255, 300), (256, 300), (300, 50)] {
            let lists: Vec<_> = (0..lists).map(|list| random(list, count)).collect();
            let table = Table::of(&lists);
            let mut strays = 0;
            for (list, prefixes) in lists.iter().enumerate() {
                for found in prefixes.iter().map(|prefix| table.find(*prefix)) {
                    assert!(found.contains(&list));
                    strays += found.len() - 1;
                }
            }
            assert!(strays <= 8, "{strays}");
        }
    }

    #[test]
    fn strangers_are_rarely_found_and_an_empty_table_finds_nothing() {
        let table = Table::of(&[random(0, 50_000)]);
        let found = random(1, 50_000)
            .into_iter()
            .filter(|prefix| !table.find(*prefix).is_empty())
            .count();
        assert!(found <= 2, "{found}");
        assert!(Table::of(&[vec![], vec![]]).find(0).is_empty());
    }

    #[test]
    fn a_prefix_in_many_lists_is_found_in_all_of_them() {
        let lists = vec![vec![0, 7, (1 << 44) - 1]; 200];
        let table = Table::of(&lists);
        for prefix in &lists[0] {
            assert_eq!(table.find(*prefix), Vec::from_iter(0..200));
        }
        assert!(table.find(8).len() <= 200);
    }

    #[test]
    fn prefixes_side_by_side_overflow_and_stay_findable() {
        let crowd: Vec<u64> = (1 << 40..(1 << 40) + 5_000).collect();
        let table = Table::of(&[random(0, 5_000), crowd.clone()]);
        assert!(table.overflow.len() > 4_000);
        assert!(crowd.iter().all(|prefix| table.find(*prefix).contains(&1)));
        assert!(
            random(0, 5_000)
                .iter()
                .all(|prefix| table.find(*prefix).contains(&0))
        );
    }
}
