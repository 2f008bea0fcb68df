use std::fmt;
use std::str::FromStr;

use lianfang_encoding::{Class, FederationId, Transcript};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use crate::{PublicElement, TokenError};

/// One canonical identifier, ready to be blinded (PROTOCOL.md §2). It has no `Debug`, since it holds an
/// identifier.
#[derive(Clone, Copy)]
pub struct TokenInput<'a> {
    pub fed: &'a FederationId,
    /// Frozen number of the identifier's kind.
    pub kind: u16,
    /// Version of the kind's normalisation rules.
    pub norm_version: u8,
    /// Frozen number of the level: strict or folded.
    pub level: u8,
    /// The canonical bytes (PROTOCOL.md §1).
    pub canonical: &'a [u8],
}

impl TokenInput<'_> {
    /// `lp16("lianfang/id/v1") ‖ lp16(fed) ‖ u16 kind ‖ u8 norm_version ‖ u8 level ‖ lp16(canonical)`.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let transcript = Transcript::new("lianfang/id/v1")
            .bytes(self.fed.as_bytes())
            .u16(self.kind)
            .u8(self.norm_version)
            .u8(self.level)
            .bytes(self.canonical);
        Zeroizing::new(transcript.finish())
    }
}

/// Names a token key: first 16 bytes of SHA-512 over federation, class, epoch and public key
/// (PROTOCOL.md §2). It survives reshares. Shown as 32 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenKeyId(#[serde(with = "hex::serde")] pub [u8; 16]);

impl TokenKeyId {
    /// The id of the key `public_key` of `class` in `epoch`.
    pub fn of(fed: &FederationId, class: Class, epoch: u32, public_key: &PublicElement) -> Self {
        let transcript = Transcript::new("lianfang/key/v1")
            .bytes(fed.as_bytes())
            .u8(class.number())
            .u32(epoch)
            .bytes(public_key.as_bytes())
            .finish();
        let mut id = [0; 16];
        id.copy_from_slice(&Sha512::digest(transcript)[..16]);
        Self(id)
    }

    /// The raw bytes, as they enter transcripts and messages.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for TokenKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for TokenKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for TokenKeyId {
    type Err = TokenError;
    fn from_str(text: &str) -> Result<Self, TokenError> {
        let mut id = [0; 16];
        hex::decode_to_slice(text, &mut id).map_err(|_| TokenError::KeyBytes)?;
        Ok(Self(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_input_of_an_identifier_is_laid_out_as_the_protocol_says() {
        let fed = FederationId([0xfe; 16]);
        let input = TokenInput {
            fed: &fed,
            kind: 258,
            norm_version: 3,
            level: 2,
            canonical: b"ABC",
        };
        let mut expected = b"\x00\x0elianfang/id/v1\x00\x10".to_vec();
        expected.extend_from_slice(&[0xfe; 16]);
        expected.extend_from_slice(b"\x01\x02\x03\x02\x00\x03ABC");
        assert_eq!(*input.to_bytes(), expected);
    }

    #[test]
    fn a_key_id_depends_on_federation_class_epoch_and_key() {
        let base = PublicElement::from_point(curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT);
        let twice = PublicElement::from_point(base.point() + base.point());
        let (fed, other) = (FederationId([1; 16]), FederationId([2; 16]));
        let id = TokenKeyId::of(&fed, Class::Person, 1, &base);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_ne!(id, TokenKeyId::of(&other, Class::Person, 1, &base));
        assert_ne!(id, TokenKeyId::of(&fed, Class::Goods, 1, &base));
        assert_ne!(id, TokenKeyId::of(&fed, Class::Person, 2, &base));
        assert_ne!(id, TokenKeyId::of(&fed, Class::Person, 1, &twice));
    }
}
