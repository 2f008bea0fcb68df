use std::fmt;
use std::str::FromStr;

use ed25519_dalek::Signer as _;
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// Why a key or a signature was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("not an Ed25519 public key of 32 bytes, or one of small order")]
    PublicKey,
    #[error("not an Ed25519 private key of 32 bytes")]
    PrivateKey,
    #[error("the signature doesn't verify under this key")]
    Invalid,
}

/// First 8 bytes of SHA-256 of a public key; names the key in headers and as `kid`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyId(#[serde(with = "hex::serde")] pub [u8; 8]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// 64 bytes of an Ed25519 signature (RFC 8032).
pub type Signature = [u8; 64];

/// Ed25519 public key. Verification is strict: small-order keys and non-canonical encodings are refused.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

impl PublicKey {
    /// # Errors
    /// [`SignatureError::PublicKey`] when the bytes aren't a point or the point is of small order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, SignatureError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| SignatureError::PublicKey)?;
        if key.is_weak() {
            Err(SignatureError::PublicKey)
        } else {
            Ok(Self(key))
        }
    }

    /// The 32-byte encoding.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The short name of this key.
    pub fn id(&self) -> KeyId {
        let hash = crate::sha256(self.as_bytes());
        let mut id = [0; 8];
        id.copy_from_slice(&hash[..8]);
        KeyId(id)
    }

    /// # Errors
    /// [`SignatureError::Invalid`] unless `signature` is this key's over `message`.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), SignatureError> {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.0
            .verify_strict(message, &signature)
            .map_err(|_| SignatureError::Invalid)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> String {
        key.to_string()
    }
}

impl TryFrom<String> for PublicKey {
    type Error = SignatureError;
    fn try_from(text: String) -> Result<Self, SignatureError> {
        text.parse()
    }
}

impl FromStr for PublicKey {
    type Err = SignatureError;
    fn from_str(text: &str) -> Result<Self, SignatureError> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| SignatureError::PublicKey)?;
        Self::from_bytes(&bytes)
    }
}

/// Ed25519 private key: zeroized on drop, without a useful `Debug`.
#[derive(Clone)]
pub struct SigningKey {
    key: ed25519_dalek::SigningKey,
    #[cfg(feature = "aws-lc")]
    signer: crate::aws_lc::Signer,
}

impl SigningKey {
    /// A fresh key from `rng`.
    pub fn generate(rng: &mut impl CryptoRngCore) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut());
        Self::from_seed(&seed)
    }

    /// A key from its 32-byte seed (RFC 8032 §5.1.5).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self {
            key: ed25519_dalek::SigningKey::from_bytes(seed),
            #[cfg(feature = "aws-lc")]
            signer: crate::aws_lc::Signer::new(seed),
        }
    }

    /// The seed, to be kept in a file only its owner can read.
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.key.to_bytes())
    }

    /// The matching public key.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.key.verifying_key())
    }

    /// Signs `message`, which must be a [`crate::Transcript`] or the signing input of a JWS.
    pub fn sign(&self, message: &[u8]) -> Signature {
        #[cfg(feature = "aws-lc")]
        if let Some(signature) = self.signer.sign(message) {
            return signature;
        }
        self.key.sign(message).to_bytes()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public().id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_verifies_under_its_key_and_message_only() {
        let (one, other) = (SigningKey::from_seed(&[1; 32]), SigningKey::from_seed(&[2; 32]));
        let signature = one.sign(b"message");
        assert!(one.public().verify(b"message", &signature).is_ok());
        assert_eq!(
            one.public().verify(b"massage", &signature),
            Err(SignatureError::Invalid)
        );
        assert_eq!(
            other.public().verify(b"message", &signature),
            Err(SignatureError::Invalid)
        );
    }

    #[test]
    fn a_key_of_small_order_is_refused() {
        let mut identity = [0; 32];
        identity[0] = 1;
        assert_eq!(PublicKey::from_bytes(&identity), Err(SignatureError::PublicKey));
    }

    #[test]
    fn debug_of_a_private_key_shows_no_seed() {
        let shown = format!("{:?}", SigningKey::from_seed(&[7; 32]));
        assert!(!shown.contains("07070707"), "{shown}");
    }
}
