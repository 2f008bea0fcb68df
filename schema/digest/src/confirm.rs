/// Records that every occupied prefix holds at least.
const RECORDS: usize = 8;

/// Counts the records of a list by the beginning of their `confirm_key`, without holding the keys.
#[derive(Debug)]
pub struct RecordCounts {
    bits: u8,
    counts: Vec<u32>,
}

impl RecordCounts {
    /// Nothing counted yet, of a list of `count` records.
    pub fn of_list(count: u32) -> Self {
        let bits = max_confirm_bits(count);
        Self {
            bits,
            counts: vec![0; 1 << bits],
        }
    }

    /// Counts a record.
    pub fn add(&mut self, confirm_key: &[u8; 32]) {
        let place = match self.bits {
            0 => 0,
            bits => prefix(confirm_key, bits) as usize,
        };
        if let Some(count) = self.counts.get_mut(place) {
            *count += 1;
        }
    }

    /// The largest prefix length, in bits, at which every occupied prefix holds at least 8 records; 0, the whole list, when
    /// no length does (PROTOCOL.md §5).
    pub fn confirm_bits(mut self) -> u8 {
        let is_few = |count: &u32| (1..RECORDS as u32).contains(count);
        while self.bits > 0 && self.counts.iter().any(is_few) {
            self.bits -= 1;
            self.counts = self.counts.chunks(2).map(|pair| pair.iter().sum()).collect();
        }
        self.bits
    }
}

/// The most that a list of `count` records can state honestly, ⌊log2(count / 8)⌋. Whoever asks refuses more.
pub fn max_confirm_bits(count: u32) -> u8 {
    (count / RECORDS as u32).checked_ilog2().unwrap_or(0) as u8
}

fn prefix(key: &[u8; 32], bits: u8) -> u32 {
    let [a, b, c, d, ..] = *key;
    u32::from_be_bytes([a, b, c, d]) >> (32 - u32::from(bits.clamp(1, 32)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lianfang_encoding::sha256;

    fn confirm_bits(keys: &[[u8; 32]]) -> u8 {
        let mut counts = RecordCounts::of_list(keys.len() as u32);
        keys.iter().for_each(|key| counts.add(key));
        counts.confirm_bits()
    }

    /// The same by the words of the definition.
    fn by_sorting(confirm_keys: &mut [[u8; 32]]) -> u8 {
        confirm_keys.sort_unstable();
        let most = u32::try_from(confirm_keys.len()).map_or(u8::MAX, max_confirm_bits);
        (1..=most)
            .take_while(|bits| {
                confirm_keys
                    .chunk_by(|a, b| prefix(a, *bits) == prefix(b, *bits))
                    .all(|group| group.len() >= RECORDS)
            })
            .last()
            .unwrap_or(0)
    }

    fn keys(count: u32) -> Vec<[u8; 32]> {
        (0..count).map(|i| sha256(&i.to_be_bytes())).collect()
    }

    #[test]
    fn fewer_than_sixteen_records_are_asked_for_whole() {
        for count in 0..16 {
            assert_eq!(confirm_bits(&keys(count)), 0);
        }
    }

    #[test]
    fn every_occupied_prefix_holds_eight_records_and_one_bit_more_would_not() {
        for count in [16, 100, 1_000, 20_000] {
            let keys = keys(count);
            let bits = confirm_bits(&keys);
            assert!(bits <= max_confirm_bits(count));
            let smallest = |bits: u8| {
                let mut sizes = std::collections::BTreeMap::new();
                for key in &keys {
                    *sizes
                        .entry(if bits == 0 { 0 } else { prefix(key, bits) })
                        .or_insert(0) += 1;
                }
                *sizes.values().min().unwrap()
            };
            assert!(smallest(bits) >= 8, "{count}");
            assert!(smallest(bits + 1) < 8, "{count}");
        }
    }

    #[test]
    fn seven_records_under_a_prefix_are_too_few() {
        let halves = |zeros: usize| [vec![[0; 32]; zeros], vec![[0xFF; 32]; 16 - zeros]].concat();
        assert_eq!(confirm_bits(&halves(8)), 1);
        assert_eq!(confirm_bits(&halves(7)), 0);
    }

    #[test]
    fn one_lonely_prefix_makes_it_shorter() {
        let mut keys = vec![[0; 32]; 64];
        assert_eq!(confirm_bits(&keys), 3);
        keys[0] = [0xFF; 32];
        assert_eq!(confirm_bits(&keys), 0);
    }

    #[test]
    fn counting_finds_what_sorting_finds() {
        let lists = [0, 7, 16, 100, 1_000, 20_000].map(keys).into_iter();
        let lonely = [vec![[0; 32]; 64], vec![[0xFF; 32]; 7]].concat();
        for mut keys in lists.chain([vec![[0; 32]; 64], lonely]) {
            assert_eq!(confirm_bits(&keys), by_sorting(&mut keys), "{}", keys.len());
        }
    }

    #[test]
    fn the_bound_is_the_logarithm_of_an_eighth() {
        for (count, bits) in [(0, 0), (7, 0), (15, 0), (16, 1), (31, 1), (32, 2), (8 << 20, 20)] {
            assert_eq!(max_confirm_bits(count), bits, "{count}");
        }
    }
}
