//! The body of a base, laid out as the `bloomfilter` crate's `Bloom::as_slice` (PROTOCOL.md §3): version u8 = 1,
//! length of the bits in bytes u64 LE, k u32 LE, 32 bytes of seed, then the bits, LSB-first.

use lianfang_encoding::{FederationId, Transcript};
use siphasher::sip::SipHasher13;

use crate::class::HASHES;
use crate::{Refusal, SizeClass};

/// Bytes in front of the bits.
pub const BLOOM_HEADER: usize = 45;

/// 2^64 − 59, the largest prime below 2^64.
const PRIME: u64 = u64::MAX - 58;

/// Seed of every base of a federation: SHA-256(lp16("lianfang/bloom-seed/v1") ‖ lp16(fed)).
#[derive(Debug, Clone, Copy)]
pub struct Seed {
    bytes: [u8; 32],
    sips: [SipHasher13; 2],
}

impl Seed {
    /// # Errors
    /// [`Refusal::BloomSeedHalves`] when both halves are equal: such a federation can't be founded.
    pub fn of(federation: &FederationId) -> Result<Self, Refusal> {
        Self::try_from(
            Transcript::new("lianfang/bloom-seed/v1")
                .bytes(federation.as_bytes())
                .sha256(),
        )
    }

    /// The 32 bytes as they stand in each body.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Hashes a token once; the result gives its positions in a base of any class.
    pub fn probe(&self, token: &[u8; 32]) -> Probe {
        Probe {
            hashes: self.sips.map(|sip| sip.hash(token)),
        }
    }
}

impl TryFrom<[u8; 32]> for Seed {
    type Error = Refusal;
    fn try_from(bytes: [u8; 32]) -> Result<Self, Refusal> {
        let mut halves = [[0; 16]; 2];
        halves[0].copy_from_slice(&bytes[..16]);
        halves[1].copy_from_slice(&bytes[16..]);
        if halves[0] == halves[1] {
            return Err(Refusal::BloomSeedHalves);
        }
        let sips = [
            SipHasher13::new_with_key(&halves[0]),
            SipHasher13::new_with_key(&halves[1]),
        ];
        Ok(Self { bytes, sips })
    }
}

/// The two keyed SipHash-1-3 values of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    hashes: [u64; 2],
}

impl Probe {
    /// Position of hash function `i`, 0 to 19, in a filter whose bits `modulus` counts:
    /// h0, h1, then (h0 + i·h1 mod 2^64) mod (2^64 − 59), all mod m.
    #[inline]
    pub fn position(&self, i: u32, modulus: &Modulus) -> u32 {
        let [h0, h1] = self.hashes;
        let hash = match i {
            0 => h0,
            1 => h1,
            _ => {
                let sum = h0.wrapping_add(u64::from(i).wrapping_mul(h1));
                if sum >= PRIME { sum - PRIME } else { sum }
            }
        };
        modulus.reduce(hash)
    }

    /// All 20 positions, in the order of the hash functions.
    pub fn positions(&self, modulus: &Modulus) -> [u32; HASHES as usize] {
        std::array::from_fn(|i| self.position(i as u32, modulus))
    }
}

/// Number of bits of a class, with its reciprocal: a multiplication is several times cheaper than a division.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Modulus {
    bits: u32,
    reciprocal: u64,
}

impl Modulus {
    /// `value` mod m. The quotient by the rounded-down reciprocal is at most one too small.
    #[inline]
    pub fn reduce(&self, value: u64) -> u32 {
        let quotient = ((u128::from(value) * u128::from(self.reciprocal)) >> 64) as u64;
        let rest = value - quotient * u64::from(self.bits);
        let bits = u64::from(self.bits);
        (if rest >= bits { rest - bits } else { rest }) as u32
    }
}

impl From<SizeClass> for Modulus {
    fn from(class: SizeClass) -> Self {
        let bits = class.bits();
        Self {
            bits,
            reciprocal: u64::MAX / u64::from(bits),
        }
    }
}

/// A body that passed every check, borrowed from wherever it is kept or mapped.
#[derive(Debug, Clone, Copy)]
pub struct Bloom<'a> {
    class: SizeClass,
    modulus: Modulus,
    seed: Seed,
    bits: &'a [u8],
}

impl<'a> Bloom<'a> {
    /// Checks a whole body against the class its head gives and the federation's seed. Every value is
    /// recomputed; nothing the body says is used.
    ///
    /// # Errors
    /// [`Refusal::BodyTruncated`], [`Refusal::BodyTrailing`], the refusals of [`check_layout`], and
    /// [`Refusal::BloomFill`].
    pub fn parse(body: &'a [u8], class: SizeClass, seed: &Seed) -> Result<Self, Refusal> {
        let (layout, bits) = body.split_first_chunk().ok_or(Refusal::BodyTruncated)?;
        check_layout(layout, class, seed)?;
        match (bits.len() as u64).cmp(&u64::from(class.bits() / 8)) {
            std::cmp::Ordering::Less => return Err(Refusal::BodyTruncated),
            std::cmp::Ordering::Greater => return Err(Refusal::BodyTrailing),
            std::cmp::Ordering::Equal => check_fill(ones(bits), class)?,
        }
        Ok(Self {
            class,
            modulus: class.into(),
            seed: *seed,
            bits,
        })
    }

    /// Whether `token` may be in the list: never wrong when it is, wrong in about 2^-20 of all cases when it isn't.
    pub fn contains(&self, token: &[u8; 32]) -> bool {
        let probe = self.seed.probe(token);
        (0..HASHES).all(|i| {
            let at = probe.position(i, &self.modulus) as usize;
            self.bits
                .get(at / 8)
                .is_some_and(|byte| byte >> (at % 8) & 1 == 1)
        })
    }

    /// The class that fixes the number of bits.
    pub fn class(&self) -> SizeClass {
        self.class
    }

    /// The federation's seed.
    pub fn seed(&self) -> &Seed {
        &self.seed
    }

    /// The bits, LSB-first, without the 45 bytes in front.
    pub fn bits(&self) -> &'a [u8] {
        self.bits
    }
}

/// Checks the 45 bytes in front of the bits.
///
/// # Errors
/// [`Refusal::BloomVersion`], [`Refusal::BloomEmpty`] (the crate's check would divide by zero),
/// [`Refusal::BloomHashes`] (one check could take half a minute), [`Refusal::BloomSeedHalves`] (false positives
/// thousands of times as often), [`Refusal::BloomSeed`], [`Refusal::BloomBits`].
pub fn check_layout(layout: &[u8; BLOOM_HEADER], class: SizeClass, seed: &Seed) -> Result<(), Refusal> {
    let (version, rest) = (layout[0], &layout[1..]);
    let (length, rest) = rest.split_first_chunk().ok_or(Refusal::BodyTruncated)?;
    let (hashes, given) = rest.split_first_chunk().ok_or(Refusal::BodyTruncated)?;
    let length = u64::from_le_bytes(*length);
    if version != 1 {
        Err(Refusal::BloomVersion)
    } else if length == 0 {
        Err(Refusal::BloomEmpty)
    } else if u32::from_le_bytes(*hashes) != HASHES {
        Err(Refusal::BloomHashes)
    } else if given[..16] == given[16..] {
        Err(Refusal::BloomSeedHalves)
    } else if given != seed.as_bytes() {
        Err(Refusal::BloomSeed)
    } else if length != u64::from(class.bits() / 8) {
        Err(Refusal::BloomBits)
    } else {
        Ok(())
    }
}

/// Refuses a filter of which more than 52 % is set: a full class has half of its bits set.
///
/// # Errors
/// [`Refusal::BloomFill`].
pub fn check_fill(ones: u64, class: SizeClass) -> Result<(), Refusal> {
    if ones * 100 > u64::from(class.bits()) * 52 {
        Err(Refusal::BloomFill)
    } else {
        Ok(())
    }
}

/// Number of bits set.
pub fn ones(bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    let whole: u64 = words
        .iter()
        .map(|word| u64::from(u64::from_le_bytes(*word).count_ones()))
        .sum();
    whole + rest.iter().map(|byte| u64::from(byte.count_ones())).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::{MAX_CAPACITY, MIN_CAPACITY};
    use lianfang_encoding::sha256;

    #[test]
    fn the_reciprocal_gives_the_remainder_of_the_division() {
        for total in [MIN_CAPACITY, 20_480, 1 << 20, 7 << 22, MAX_CAPACITY] {
            let modulus = Modulus::from(SizeClass::of_total(total).unwrap());
            let bits = u64::from(modulus.bits);
            let edges = [
                0,
                1,
                bits - 1,
                bits,
                bits + 1,
                u64::MAX - 1,
                u64::MAX,
                u64::MAX / bits * bits,
                PRIME,
            ];
            let random =
                (0..10_000u32).map(|i| u64::from_be_bytes(sha256(&i.to_be_bytes())[..8].try_into().unwrap()));
            for value in edges.into_iter().chain(random) {
                assert_eq!(
                    u64::from(modulus.reduce(value)),
                    value % bits,
                    "{value} mod {bits}"
                );
            }
        }
    }

    #[test]
    fn sums_at_and_beyond_the_prime_wrap() {
        let modulus = Modulus::from(SizeClass::of_total(0).unwrap());
        for (h0, h1) in [
            (PRIME - 2, 1),
            (PRIME - 3, 1),
            (u64::MAX - 2, 1),
            (u64::MAX, 1),
            (0, u64::MAX),
        ] {
            let expected = h0.wrapping_add(2u64.wrapping_mul(h1)) % PRIME % u64::from(modulus.bits);
            assert_eq!(
                u64::from(Probe { hashes: [h0, h1] }.position(2, &modulus)),
                expected
            );
        }
    }

    #[test]
    fn the_fill_ends_at_52_percent_exactly() {
        let class = SizeClass::of_total(0).unwrap();
        let most = u64::from(class.bits()) * 52 / 100;
        assert_eq!(check_fill(most, class), Ok(()));
        assert_eq!(check_fill(most + 1, class), Err(Refusal::BloomFill));
    }

    #[test]
    fn a_seed_with_equal_halves_is_refused() {
        assert_eq!(Seed::try_from([7; 32]).err(), Some(Refusal::BloomSeedHalves));
    }
}
