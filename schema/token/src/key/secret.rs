use std::fmt;

use curve25519_dalek::{RistrettoPoint, Scalar};
use rand_core::CryptoRngCore;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::polynomial::Polynomial;
use super::{KeyShare, is_sharing};
use crate::suite::Expander;
use crate::{PublicElement, TokenError};

/// A whole token key, as it exists at a one-member founding and in tests. Zeroized on drop, never shown.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct SecretKey(Scalar);

impl SecretKey {
    /// A fresh key from `rng`.
    pub fn generate(rng: &mut impl CryptoRngCore) -> Self {
        loop {
            let scalar = Scalar::random(rng);
            if scalar != Scalar::ZERO {
                return Self(scalar);
            }
        }
    }

    /// The key that RFC 9497 §3.2.1 (DeriveKeyPair) derives from a secret 32-byte seed.
    ///
    /// # Errors
    /// [`TokenError::KeyBytes`] when `info` is longer than 65,535 bytes.
    pub fn derive(seed: &[u8; 32], info: &[u8]) -> Result<Self, TokenError> {
        let length = u16::try_from(info.len())
            .map_err(|_| TokenError::KeyBytes)?
            .to_be_bytes();
        let expander = Expander::to_secret_key();
        (0..=u8::MAX)
            .map(|counter| expander.scalar(&[seed, &length, info, &[counter]]))
            .find(|scalar| *scalar != Scalar::ZERO)
            .map(Self)
            .ok_or(TokenError::KeyBytes)
    }

    /// The key in its 32-byte little-endian encoding.
    ///
    /// # Errors
    /// [`TokenError::KeyBytes`] for zero and for scalars that aren't reduced.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, TokenError> {
        scalar_from_bytes(bytes).map(Self)
    }

    /// The 32-byte little-endian encoding, for sealed storage.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public key Y.
    pub fn public(&self) -> PublicElement {
        PublicElement::from_point(RistrettoPoint::mul_base(&self.0))
    }

    /// Shares the key so that any `threshold` of `members` shares evaluate and fewer learn nothing. The
    /// shares have the indices 1 to `members`.
    ///
    /// # Errors
    /// [`TokenError::Sharing`] unless 1 ≤ t and 2t − 1 ≤ n ≤ [`crate::MAX_COMMITTEE`].
    pub fn share(
        &self,
        threshold: u16,
        members: u16,
        rng: &mut impl CryptoRngCore,
    ) -> Result<Vec<KeyShare>, TokenError> {
        if !is_sharing(threshold, usize::from(members)) {
            return Err(TokenError::Sharing);
        }
        loop {
            let polynomial = Polynomial::random(&self.0, threshold, rng);
            let shares: Option<Vec<_>> = (1..=members)
                .map(|index| KeyShare::new(index, &polynomial.at(index)))
                .collect();
            if let Some(shares) = shares {
                return Ok(shares);
            }
        }
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

/// A canonical scalar other than zero.
pub(super) fn scalar_from_bytes(bytes: &[u8; 32]) -> Result<Scalar, TokenError> {
    Option::from(Scalar::from_canonical_bytes(*bytes))
        .filter(|scalar| *scalar != Scalar::ZERO)
        .ok_or(TokenError::KeyBytes)
}
