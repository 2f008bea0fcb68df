//! Sorted token prefixes, Rice-coded (PROTOCOL.md §3): x = BE64(token[0..8]) >> (64 − b), strictly
//! increasing; gap = x − previous − 1, the first one x itself; bits LSB-first: q = gap >> r zeros, a one, the
//! r low bits of the gap; zero padding up to a whole byte.

use std::ops::RangeInclusive;

use crate::Refusal;

/// Bits of every prefix in a delta.
pub const PREFIX_BITS: u8 = 44;

/// Most prefixes in a list: 2^24 of 44 bits match a random token with probability 2^-20.
pub const MAX_PREFIXES: u32 = 1 << 24;

/// The first `b` bits of a token as a number.
pub fn prefix(token: &[u8; 32], b: u8) -> u64 {
    let [a0, a1, a2, a3, a4, a5, a6, a7, ..] = *token;
    u64::from_be_bytes([a0, a1, a2, a3, a4, a5, a6, a7]) >> (64 - u32::from(b.clamp(1, 64)))
}

/// Low bits kept of each gap: r = b − 1 − ⌊log2 n⌋, and 0 for an empty set. Nothing else is accepted, so
/// each set has one encoding.
pub fn rice_bits(b: u8, count: u32) -> u8 {
    count
        .checked_ilog2()
        .map_or(0, |log| b.saturating_sub(1).saturating_sub(log as u8))
}

/// Lengths in bytes that `count` prefixes of `b` bits can have.
pub fn lengths(b: u8, count: u32) -> RangeInclusive<u64> {
    let (n, r) = (u64::from(count), rice_bits(b, count));
    let least = n * (u64::from(r) + 1);
    let spread = if n == 0 {
        0
    } else {
        (1u64 << b).saturating_sub(n) >> r
    };
    least.div_ceil(8)..=(least + spread).div_ceil(8)
}

/// Encodes prefixes that are strictly increasing and below 2^b.
///
/// # Errors
/// [`Refusal::GcsOrder`] or [`Refusal::GcsRange`] when they aren't, [`Refusal::Counts`] beyond [`MAX_PREFIXES`].
pub fn encode(b: u8, prefixes: &[u64]) -> Result<Vec<u8>, Refusal> {
    let count = u32::try_from(prefixes.len()).map_err(|_| Refusal::Counts)?;
    if count > MAX_PREFIXES || b == 0 || b > 63 {
        return Err(Refusal::Counts);
    }
    if !prefixes.is_sorted_by(|a, b| a < b) {
        return Err(Refusal::GcsOrder);
    }
    if prefixes.last().is_some_and(|last| last >> b != 0) {
        return Err(Refusal::GcsRange);
    }
    let r = rice_bits(b, count);
    let mut out = BitWriter::default();
    let mut next = 0;
    for prefix in prefixes {
        let gap = prefix - next;
        out.unary(gap >> r);
        out.bits(gap & ((1 << r) - 1), r);
        next = prefix + 1;
    }
    Ok(out.finish())
}

/// Decodes `count` prefixes of `b` bits from the front of `bytes` and says how many bytes they took.
///
/// # Errors
/// [`Refusal::Counts`], [`Refusal::GcsTruncated`], [`Refusal::GcsRange`] or [`Refusal::GcsPadding`]. Nothing is
/// allocated before the bytes are known to be able to hold `count` prefixes.
pub fn decode(b: u8, count: u32, bytes: &[u8]) -> Result<(Vec<u64>, usize), Refusal> {
    if count > MAX_PREFIXES || b == 0 || b > PREFIX_BITS {
        return Err(Refusal::Counts);
    }
    if *lengths(b, count).start() > bytes.len() as u64 {
        return Err(Refusal::GcsTruncated);
    }
    let r = rice_bits(b, count);
    let limit = 1u64 << b;
    let mut input = BitReader { bytes, at: 0 };
    let mut prefixes = Vec::with_capacity(count as usize);
    let mut next = 0;
    for _ in 0..count {
        let quotient = input.unary()?;
        let low = input.bits(r)?;
        if quotient > limit >> r {
            return Err(Refusal::GcsRange);
        }
        let prefix = next + (quotient << r | low);
        if prefix >= limit {
            return Err(Refusal::GcsRange);
        }
        prefixes.push(prefix);
        next = prefix + 1;
    }
    Ok((prefixes, input.finish()?))
}

#[derive(Default)]
struct BitWriter {
    out: Vec<u8>,
    pending: u64,
    held: u32,
}

impl BitWriter {
    fn unary(&mut self, mut zeros: u64) {
        while zeros >= 32 {
            self.bits(0, 32);
            zeros -= 32;
        }
        self.bits(1 << zeros, zeros as u8 + 1);
    }

    fn bits(&mut self, value: u64, count: u8) {
        self.pending |= value << self.held;
        self.held += u32::from(count);
        let spilled = if self.held >= 64 {
            let fitted = u32::from(count) - (self.held - 64);
            self.out.extend_from_slice(&self.pending.to_le_bytes());
            self.held -= 64;
            value.checked_shr(fitted).unwrap_or(0)
        } else {
            return;
        };
        self.pending = spilled;
    }

    fn finish(mut self) -> Vec<u8> {
        let left = self.held.div_ceil(8) as usize;
        self.out.extend_from_slice(&self.pending.to_le_bytes()[..left]);
        self.out
    }
}

struct BitReader<'a> {
    bytes: &'a [u8],
    /// In bits.
    at: usize,
}

impl BitReader<'_> {
    /// At least 57 bits from here on, zeros beyond the end.
    fn peek(&self) -> u64 {
        let rest = self.bytes.get(self.at / 8..).unwrap_or_default();
        let word = match rest.first_chunk() {
            Some(word) => u64::from_le_bytes(*word),
            None => {
                let mut word = [0; 8];
                word[..rest.len()].copy_from_slice(rest);
                u64::from_le_bytes(word)
            }
        };
        word >> (self.at % 8)
    }

    fn unary(&mut self) -> Result<u64, Refusal> {
        let mut zeros = 0;
        let mut word = self.peek();
        while word == 0 {
            zeros += 57;
            self.skip(57)?;
            word = self.peek();
        }
        let run = word.trailing_zeros();
        self.skip(run as usize + 1)?;
        Ok(zeros + u64::from(run))
    }

    fn bits(&mut self, count: u8) -> Result<u64, Refusal> {
        let value = self.peek() & ((1 << count) - 1);
        self.skip(count.into())?;
        Ok(value)
    }

    fn skip(&mut self, bits: usize) -> Result<(), Refusal> {
        self.at += bits;
        if self.at > self.bytes.len() * 8 {
            Err(Refusal::GcsTruncated)
        } else {
            Ok(())
        }
    }

    fn finish(self) -> Result<usize, Refusal> {
        let taken = self.at.div_ceil(8);
        if !self.at.is_multiple_of(8) && self.bytes[taken - 1] >> (self.at % 8) != 0 {
            return Err(Refusal::GcsPadding);
        }
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lianfang_encoding::sha256;
    use proptest::prelude::*;

    fn prefixes(count: u32, b: u8) -> Vec<u64> {
        let of = |i| prefix(&sha256(format!("bloomfed test token {i}").as_bytes()), b);
        let set: std::collections::BTreeSet<u64> = (0..count).map(of).collect();
        set.into_iter().collect()
    }

    #[test]
    fn the_vector_of_the_protocol_comes_out_byte_exact() {
        assert_eq!(rice_bits(23, 8), 19);
        let bytes = encode(23, &prefixes(8, 23)).unwrap();
        assert_eq!(
            hex::encode(&bytes),
            "e8df057cc1d34489122b4dbaf3abb45c5a0d13ff6407"
        );
        assert_eq!(decode(23, 8, &bytes), Ok((prefixes(8, 23), bytes.len())));
    }

    #[test]
    fn sets_of_every_size_come_back_and_keep_to_their_lengths() {
        for count in [0, 1, 2, 3, 7, 8, 100, 4_096, 10_240] {
            let set = prefixes(count, PREFIX_BITS);
            let bytes = encode(PREFIX_BITS, &set).unwrap();
            assert!(
                lengths(PREFIX_BITS, count).contains(&(bytes.len() as u64)),
                "{count}"
            );
            assert_eq!(decode(PREFIX_BITS, count, &bytes), Ok((set, bytes.len())));
        }
    }

    #[test]
    fn the_extremes_of_the_range_reach_the_bounds_of_the_length() {
        let lowest: Vec<u64> = (0..1_000).collect();
        let highest: Vec<u64> = ((1 << 44) - 1_000..1 << 44).collect();
        for (set, length) in [
            (lowest, *lengths(44, 1_000).start()),
            (highest, *lengths(44, 1_000).end()),
        ] {
            let bytes = encode(44, &set).unwrap();
            assert_eq!(bytes.len() as u64, length);
            assert_eq!(decode(44, 1_000, &bytes), Ok((set, bytes.len())));
        }
    }

    #[test]
    fn damaged_streams_are_refused() {
        let bytes = encode(44, &prefixes(100, 44)).unwrap();
        assert_eq!(
            decode(44, 100, &bytes[..bytes.len() - 1]),
            Err(Refusal::GcsTruncated)
        );
        assert_eq!(decode(44, 100, &[0; 4_000]), Err(Refusal::GcsTruncated));
        assert_eq!(
            decode(
                44,
                2,
                &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255]
            ),
            Err(Refusal::GcsRange)
        );
        assert_eq!(
            decode(44, 1, &encode(44, &[u64::MAX >> 20]).unwrap()),
            Ok((vec![u64::MAX >> 20], 6))
        );
        let mut padded = encode(44, &[5]).unwrap();
        assert_eq!(padded.len(), 6);
        *padded.last_mut().unwrap() |= 0x80;
        assert_eq!(decode(44, 1, &padded), Err(Refusal::GcsPadding));
        assert_eq!(decode(44, MAX_PREFIXES + 1, &bytes), Err(Refusal::Counts));
        assert_eq!(decode(44, MAX_PREFIXES, &bytes), Err(Refusal::GcsTruncated));
        assert_eq!(encode(44, &[1, 1]), Err(Refusal::GcsOrder));
        assert_eq!(encode(44, &[1 << 44]), Err(Refusal::GcsRange));
    }

    proptest! {
        #[test]
        fn any_set_has_one_encoding(set in proptest::collection::btree_set(0..1u64 << 20, 0..300)) {
            let set: Vec<u64> = set.into_iter().collect();
            let bytes = encode(20, &set).unwrap();
            prop_assert_eq!(decode(20, set.len() as u32, &bytes), Ok((set, bytes.len())));
        }

        #[test]
        fn whatever_decodes_encodes_to_the_same_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200), count in 0..60u32) {
            if let Ok((set, taken)) = decode(44, count, &bytes) {
                prop_assert_eq!(encode(44, &set).unwrap(), &bytes[..taken]);
            }
        }
    }
}
