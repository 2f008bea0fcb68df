use std::fmt;

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::ristretto::CompressedRistretto;
use curve25519_dalek::traits::IsIdentity;
use serde::{Deserialize, Serialize};

use crate::TokenError;

/// A group element as it travels: 32 bytes, unchecked until it is used.
pub type Element = [u8; 32];

/// A public group element known to be canonical and not the identity: a public key or a verification share.
/// JSON carries 64 hex digits.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(try_from = "HexElement", into = "HexElement")]
pub struct PublicElement {
    encoded: Element,
    point: RistrettoPoint,
}

impl PublicElement {
    /// # Errors
    /// [`TokenError::BadElement`] (index 0) for the identity and for encodings that aren't canonical.
    pub fn from_bytes(encoded: &Element) -> Result<Self, TokenError> {
        let point = decode(encoded, 0)?;
        Ok(Self {
            encoded: *encoded,
            point,
        })
    }

    /// The canonical 32-byte encoding (RFC 9496 §4.3.2).
    pub fn as_bytes(&self) -> &Element {
        &self.encoded
    }

    pub(crate) fn from_point(point: RistrettoPoint) -> Self {
        Self {
            encoded: point.compress().to_bytes(),
            point,
        }
    }

    pub(crate) fn point(&self) -> &RistrettoPoint {
        &self.point
    }
}

impl PartialEq for PublicElement {
    fn eq(&self, other: &Self) -> bool {
        self.encoded == other.encoded
    }
}

impl Eq for PublicElement {}

impl fmt::Debug for PublicElement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.encoded))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct HexElement(#[serde(with = "hex::serde")] Element);

impl TryFrom<HexElement> for PublicElement {
    type Error = TokenError;
    fn try_from(text: HexElement) -> Result<Self, TokenError> {
        Self::from_bytes(&text.0)
    }
}

impl From<PublicElement> for HexElement {
    fn from(element: PublicElement) -> Self {
        Self(element.encoded)
    }
}

/// The point that `encoded` stands for at position `index` of its batch (RFC 9497 §4.1, DeserializeElement).
pub(crate) fn decode(encoded: &Element, index: usize) -> Result<RistrettoPoint, TokenError> {
    CompressedRistretto(*encoded)
        .decompress()
        .filter(|point| !point.is_identity())
        .ok_or(TokenError::BadElement { index })
}

/// The points of a whole batch, refused at its first bad element.
pub(crate) fn decode_batch(encoded: &[Element]) -> Result<Vec<RistrettoPoint>, TokenError> {
    encoded
        .iter()
        .enumerate()
        .map(|(index, element)| decode(element, index))
        .collect()
}

/// The encodings of twice each point: far cheaper than encoding the points, so callers halve a scalar before.
pub(crate) fn encode_doubled(halves: &[RistrettoPoint]) -> Vec<Element> {
    RistrettoPoint::double_and_compress_batch(halves)
        .into_iter()
        .map(|encoded| encoded.to_bytes())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_and_encodings_above_the_field_are_refused() {
        let refused = [[0; 32], [0xff; 32], {
            let mut above = [0xff; 32];
            above[0] = 0xf3;
            above[31] = 0x7f;
            above
        }];
        for encoded in refused {
            assert_eq!(
                PublicElement::from_bytes(&encoded),
                Err(TokenError::BadElement { index: 0 })
            );
        }
    }

    #[test]
    fn an_element_survives_json() {
        let element = PublicElement::from_point(curve25519_dalek::constants::RISTRETTO_BASEPOINT_POINT);
        let json = serde_json::to_string(&element).unwrap();
        assert_eq!(json.len(), 66);
        assert_eq!(serde_json::from_str::<PublicElement>(&json).unwrap(), element);
    }
}
