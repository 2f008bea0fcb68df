use crate::Refusal;

/// Hash functions of every base: false positives at 2^-20 when the class is full.
pub const HASHES: u32 = 20;

/// The smallest class; below it double hashing misses the rate.
pub const MIN_CAPACITY: u32 = 16_384;

/// The largest class; its number of bits still fits a `u32`.
pub const MAX_CAPACITY: u32 = 1 << 27;

/// Rounds `count` up to three significant bits, 2^j × {1, 1.25, 1.5, 1.75}: the counts that heads show
/// (PROTOCOL.md §3).
///
/// # Errors
/// [`Refusal::Counts`] beyond [`MAX_CAPACITY`].
pub fn padded(count: usize) -> Result<u32, Refusal> {
    let count = u32::try_from(count).map_err(|_| Refusal::Counts)?;
    let step = 1u32 << (32 - count.leading_zeros()).saturating_sub(3);
    let padded = u64::from(count).div_ceil(u64::from(step)) * u64::from(step);
    u32::try_from(padded)
        .ok()
        .filter(|padded| *padded <= MAX_CAPACITY)
        .ok_or(Refusal::Counts)
}

/// Size class of a base. Bases of one class have the same number of bits, hash functions and seed, so that
/// one token's positions serve all of them (PROTOCOL.md §3 and §4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SizeClass {
    capacity: u32,
}

impl SizeClass {
    /// The class of a base with `total` entries, dummies included.
    ///
    /// # Errors
    /// [`Refusal::Counts`] unless `total` has at most three significant bits and fits the largest class.
    pub fn of_total(total: u32) -> Result<Self, Refusal> {
        if padded(total as usize)? != total {
            return Err(Refusal::Counts);
        }
        Ok(Self {
            capacity: total.max(MIN_CAPACITY),
        })
    }

    /// Entries at which the false-positive rate is 2^-20.
    pub fn capacity(self) -> u32 {
        self.capacity
    }

    /// Bits of the filter: m = ⌈28.854 n⌉, rounded up to 64.
    pub fn bits(self) -> u32 {
        let bits = (u64::from(self.capacity) * 28_854)
            .div_ceil(1_000)
            .next_multiple_of(64);
        u32::try_from(bits).unwrap_or(u32::MAX)
    }

    /// Bytes of the whole body, its 45-byte header included.
    pub fn body_length(self) -> u64 {
        crate::bloom::BLOOM_HEADER as u64 + u64::from(self.bits() / 8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_keep_three_significant_bits() {
        let pairs = [
            (0, 0),
            (1, 1),
            (7, 7),
            (8, 8),
            (9, 10),
            (11, 12),
            (15, 16),
            (10_000, 10_240),
            (100_001, 114_688),
        ];
        for (count, expected) in pairs {
            assert_eq!(padded(count), Ok(expected), "{count}");
        }
        assert_eq!(padded(MAX_CAPACITY as usize), Ok(MAX_CAPACITY));
        assert_eq!(padded(MAX_CAPACITY as usize + 1), Err(Refusal::Counts));
        assert_eq!(padded(usize::MAX), Err(Refusal::Counts));
    }

    #[test]
    fn every_class_gives_twenty_hash_functions_and_whole_words() {
        let mut total = MIN_CAPACITY;
        while let Ok(class) = SizeClass::of_total(total) {
            let ratio = f64::from(class.bits()) / f64::from(class.capacity());
            assert_eq!((ratio * std::f64::consts::LN_2).round() as u32, HASHES);
            assert_eq!(class.bits() % 64, 0);
            assert!(u64::from(class.bits()) * 1_000 >= u64::from(total) * 28_854);
            match padded(total as usize + 1) {
                Ok(next) => total = next,
                Err(_) => break,
            }
        }
        assert_eq!(total, MAX_CAPACITY);
    }

    #[test]
    fn small_lists_share_the_smallest_class() {
        assert_eq!(SizeClass::of_total(0).map(SizeClass::capacity), Ok(MIN_CAPACITY));
        assert_eq!(SizeClass::of_total(10), SizeClass::of_total(MIN_CAPACITY));
        assert_eq!(SizeClass::of_total(9), Err(Refusal::Counts));
        assert_eq!(
            SizeClass::of_total(MIN_CAPACITY).map(SizeClass::body_length),
            Ok(59_141)
        );
    }
}
