use std::fmt;
use std::num::NonZeroU16;

use curve25519_dalek::{RistrettoPoint, Scalar};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use super::secret::scalar_from_bytes;
use crate::{PublicElement, TokenError};

/// One committee member's share of a token key. Zeroized on drop, never shown, never in a backup.
#[derive(Clone)]
pub struct KeyShare {
    scalar: Scalar,
    public: VerificationShare,
}

/// The public half of a share: its index and the share times the generator. Evaluations are verified
/// against it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerificationShare {
    index: NonZeroU16,
    point: PublicElement,
}

impl VerificationShare {
    /// A verification share of the member with this index.
    ///
    /// # Errors
    /// [`TokenError::KeyBytes`] for index 0, which would be the key itself.
    pub fn new(index: u16, point: PublicElement) -> Result<Self, TokenError> {
        let index = NonZeroU16::new(index).ok_or(TokenError::KeyBytes)?;
        Ok(Self { index, point })
    }

    /// Where the sharing polynomial is evaluated; never 0.
    pub fn index(&self) -> u16 {
        self.index.get()
    }

    /// The share times the generator.
    pub fn point(&self) -> &PublicElement {
        &self.point
    }
}

impl KeyShare {
    /// Length of [`KeyShare::to_bytes`].
    pub const BYTES: usize = 34;

    /// `u16 index ‖ 32-byte little-endian scalar`, for sealed storage.
    pub fn to_bytes(&self) -> Zeroizing<[u8; Self::BYTES]> {
        let mut bytes = Zeroizing::new([0; Self::BYTES]);
        bytes[..2].copy_from_slice(&self.index().to_be_bytes());
        bytes[2..].copy_from_slice(self.scalar.as_bytes());
        bytes
    }

    /// A share from [`KeyShare::to_bytes`].
    ///
    /// # Errors
    /// [`TokenError::KeyBytes`] for index 0, for zero and for scalars that aren't reduced.
    pub fn from_bytes(bytes: &[u8; Self::BYTES]) -> Result<Self, TokenError> {
        let index = u16::from_be_bytes([bytes[0], bytes[1]]);
        let mut scalar = Zeroizing::new([0; 32]);
        scalar.copy_from_slice(&bytes[2..]);
        let scalar = Zeroizing::new(scalar_from_bytes(&scalar)?);
        Self::new(index, &scalar).ok_or(TokenError::KeyBytes)
    }

    /// The index of this share; never 0.
    pub fn index(&self) -> u16 {
        self.public.index()
    }

    /// The public half.
    pub fn verification_share(&self) -> &VerificationShare {
        &self.public
    }

    /// None for index 0 and for a share that is zero, whose evaluations would be the identity.
    pub(crate) fn new(index: u16, scalar: &Scalar) -> Option<Self> {
        if *scalar == Scalar::ZERO {
            return None;
        }
        let point = PublicElement::from_point(RistrettoPoint::mul_base(scalar));
        let public = VerificationShare::new(index, point).ok()?;
        Some(Self {
            scalar: *scalar,
            public,
        })
    }

    pub(crate) fn scalar(&self) -> &Scalar {
        &self.scalar
    }
}

impl Drop for KeyShare {
    fn drop(&mut self) {
        self.scalar.zeroize();
    }
}

impl fmt::Debug for KeyShare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyShare({})", self.index())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_survives_storage_and_broken_bytes_do_not() {
        let share = KeyShare::new(3, &Scalar::from(7u8)).unwrap();
        let bytes = share.to_bytes();
        let again = KeyShare::from_bytes(&bytes).unwrap();
        assert_eq!(again.verification_share(), share.verification_share());

        let (mut no_index, mut zero, mut unreduced) = (*bytes, *bytes, *bytes);
        no_index[..2].fill(0);
        zero[2..].fill(0);
        unreduced[2..].fill(0xff);
        for broken in [no_index, zero, unreduced] {
            assert_eq!(KeyShare::from_bytes(&broken).unwrap_err(), TokenError::KeyBytes);
        }
    }

    #[test]
    fn a_share_is_neither_zero_nor_at_zero() {
        assert!(KeyShare::new(1, &Scalar::ZERO).is_none());
        assert!(KeyShare::new(0, &Scalar::ONE).is_none());
    }

    #[test]
    fn debug_of_a_share_shows_its_index_only() {
        let share = KeyShare::new(3, &Scalar::from(0x5151_5151u32)).unwrap();
        assert_eq!(format!("{share:?}"), "KeyShare(3)");
    }
}
