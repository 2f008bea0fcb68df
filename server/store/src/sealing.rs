use std::fmt;

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use lianfang_encoding::Transcript;
use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

const NONCE: usize = 12;
const TAG: usize = 16;

/// Why bytes couldn't be sealed or opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealingError {
    #[error("the source of randomness failed")]
    Randomness,
    #[error("too long to seal")]
    TooLong,
    #[error("sealed under another data key")]
    UnknownKey,
    #[error("not what was sealed for this row")]
    Forged,
    #[error("the node signs nothing at present")]
    Standing,
}

/// The key under which identifiers, bodies and event payloads are encrypted before they reach a table:
/// AES-256-GCM, `number ‖ nonce (12) ‖ ciphertext ‖ tag (16)`, bound to the table and the id of the row.
/// Zeroized on drop.
#[derive(Clone)]
pub struct DataKey {
    number: u8,
    key: Zeroizing<[u8; 32]>,
}

impl DataKey {
    /// Key `number` of this node; the number goes in front of what it seals so that keys can be rotated.
    pub fn new(number: u8, key: Zeroizing<[u8; 32]>) -> Self {
        Self { number, key }
    }

    /// A fresh key from `rng`.
    ///
    /// # Errors
    /// [`SealingError::Randomness`].
    pub fn generate(number: u8, rng: &mut impl CryptoRngCore) -> Result<Self, SealingError> {
        let mut key = Zeroizing::new([0; 32]);
        rng.try_fill_bytes(key.as_mut())
            .map_err(|_| SealingError::Randomness)?;
        Ok(Self { number, key })
    }

    /// The number in front of everything this key seals.
    pub fn number(&self) -> u8 {
        self.number
    }

    /// The key itself, to be kept in a file only its owner can read.
    pub fn secret(&self) -> &Zeroizing<[u8; 32]> {
        &self.key
    }

    /// Encrypts `plain` for the row `id` of `table`, with a random nonce.
    ///
    /// # Errors
    /// [`SealingError::Randomness`], [`SealingError::TooLong`].
    pub fn seal(
        &self,
        table: &str,
        id: &[u8],
        plain: &[u8],
        rng: &mut impl CryptoRngCore,
    ) -> Result<Vec<u8>, SealingError> {
        let mut nonce = [0; NONCE];
        rng.try_fill_bytes(&mut nonce)
            .map_err(|_| SealingError::Randomness)?;
        let aad = associated(self.number, table, id);
        let sealed = self
            .cipher()
            .encrypt(
                Nonce::from_slice(&nonce),
                Payload {
                    msg: plain,
                    aad: &aad,
                },
            )
            .map_err(|_| SealingError::TooLong)?;
        let mut bytes = Vec::with_capacity(1 + NONCE + sealed.len());
        bytes.push(self.number);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(&sealed);
        Ok(bytes)
    }

    /// Decrypts what [`DataKey::seal`] made for the same table and id.
    ///
    /// # Errors
    /// [`SealingError::UnknownKey`] under another number, [`SealingError::Forged`] for anything altered,
    /// truncated or moved to another row.
    pub fn open(&self, table: &str, id: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealingError> {
        let (number, rest) = sealed.split_first().ok_or(SealingError::Forged)?;
        if *number != self.number {
            return Err(SealingError::UnknownKey);
        }
        if rest.len() < NONCE + TAG {
            return Err(SealingError::Forged);
        }
        let (nonce, sealed) = rest.split_at(NONCE);
        let aad = associated(self.number, table, id);
        self.cipher()
            .decrypt(
                Nonce::from_slice(nonce),
                Payload {
                    msg: sealed,
                    aad: &aad,
                },
            )
            .map(Zeroizing::new)
            .map_err(|_| SealingError::Forged)
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(self.key.as_ref().into())
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKey({})", self.number)
    }
}

fn associated(number: u8, table: &str, id: &[u8]) -> Vec<u8> {
    Transcript::new("lianfang/at-rest/v1")
        .u8(number)
        .bytes(table.as_bytes())
        .bytes(id)
        .finish()
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;

    use super::*;

    fn key_and_rng() -> (DataKey, ChaCha20Rng) {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        (DataKey::generate(7, &mut rng).unwrap(), rng)
    }

    #[test]
    fn what_was_sealed_opens_for_its_row_only() {
        let (key, mut rng) = key_and_rng();
        let sealed = key.seal("entries", b"id", b"plain", &mut rng).unwrap();
        assert_eq!(key.open("entries", b"id", &sealed).unwrap().as_slice(), b"plain");
        assert_eq!(key.open("entries", b"other", &sealed), Err(SealingError::Forged));
        assert_eq!(key.open("events", b"id", &sealed), Err(SealingError::Forged));
    }

    #[test]
    fn every_altered_or_missing_byte_is_noticed() {
        let (key, mut rng) = key_and_rng();
        let sealed = key.seal("entries", b"id", b"plain", &mut rng).unwrap();
        for index in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[index] ^= 1;
            assert!(key.open("entries", b"id", &altered).is_err(), "byte {index}");
            assert!(
                key.open("entries", b"id", &sealed[..index]).is_err(),
                "length {index}"
            );
        }
    }

    #[test]
    fn the_same_text_never_seals_to_the_same_bytes() {
        let (key, mut rng) = key_and_rng();
        let one = key.seal("entries", b"id", b"plain", &mut rng).unwrap();
        assert_ne!(one, key.seal("entries", b"id", b"plain", &mut rng).unwrap());
    }

    #[test]
    fn another_number_is_told_apart_from_forgery() {
        let (key, mut rng) = key_and_rng();
        let sealed = key.seal("entries", b"id", b"plain", &mut rng).unwrap();
        let next = DataKey::new(8, key.secret().clone());
        assert_eq!(
            next.open("entries", b"id", &sealed),
            Err(SealingError::UnknownKey)
        );
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(
            format!("{:?}", DataKey::new(7, Zeroizing::new([0xaa; 32]))),
            "DataKey(7)"
        );
    }
}
