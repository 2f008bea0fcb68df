//! The ciphersuite ristretto255-SHA512 in mode 0x01 (RFC 9497 §4.1): hashing to the group and to scalars,
//! and the last hash.

use curve25519_dalek::{RistrettoPoint, Scalar};
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

/// `OPRFV1-`, mode 0x01, `-`, the suite's identifier (RFC 9497 §3.1), behind each separation tag.
macro_rules! tag {
    ($prefix:literal) => {
        concat!($prefix, "OPRFV1-\u{1}-ristretto255-SHA512").as_bytes()
    };
}

/// Separates the seed of a batch's weights (RFC 9497 §2.2.1).
pub(crate) const SEED_TAG: &[u8] = tag!("Seed-");

/// `expand_message_xmd` with SHA-512 to 64 bytes (RFC 9380 §5.3.1), the padding block hashed beforehand.
#[derive(Clone)]
pub(crate) struct Expander {
    padded: Sha512,
    tag: &'static [u8],
}

impl Expander {
    pub(crate) fn to_group() -> Self {
        Self::new(tag!("HashToGroup-"))
    }

    pub(crate) fn to_scalar() -> Self {
        Self::new(tag!("HashToScalar-"))
    }

    pub(crate) fn to_secret_key() -> Self {
        Self::new(tag!("DeriveKeyPair"))
    }

    fn new(tag: &'static [u8]) -> Self {
        Self {
            padded: Sha512::new_with_prefix([0; 128]),
            tag,
        }
    }

    /// 64 uniform bytes from the message that the parts make up.
    pub(crate) fn expand(&self, parts: &[&[u8]]) -> Zeroizing<[u8; 64]> {
        let mut first = self.padded.clone();
        for part in parts {
            first.update(part);
        }
        let first = self.tagged(first.chain_update([0, 64, 0])).finalize();
        let second = Sha512::new_with_prefix(first).chain_update([1]);
        Zeroizing::new(self.tagged(second).finalize().into())
    }

    pub(crate) fn scalar(&self, parts: &[&[u8]]) -> Scalar {
        Scalar::from_bytes_mod_order_wide(&self.expand(parts))
    }

    pub(crate) fn point(&self, parts: &[&[u8]]) -> RistrettoPoint {
        RistrettoPoint::from_uniform_bytes(&self.expand(parts))
    }

    fn tagged(&self, hash: Sha512) -> Sha512 {
        let length = u8::try_from(self.tag.len()).unwrap_or(u8::MAX);
        hash.chain_update(self.tag).chain_update([length])
    }
}

/// The whole 64-byte output for an input whose evaluated element is `unblinded` (RFC 9497 §3.3.1, Finalize).
pub(crate) fn output(input: &[u8], unblinded: &[u8; 32]) -> Zeroizing<[u8; 64]> {
    let length = u16::try_from(input.len()).unwrap_or(u16::MAX).to_be_bytes();
    let hash = Sha512::new_with_prefix(length)
        .chain_update(input)
        .chain_update([0, 32])
        .chain_update(unblinded)
        .chain_update(b"Finalize");
    Zeroizing::new(hash.finalize().into())
}
