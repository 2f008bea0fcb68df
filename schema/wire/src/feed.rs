//! The status feed of one audience (PROTOCOL.md §5): small signed binary items in order, with a cursor.

use lianfang_encoding::{
    Audience, FederationId, KeyId, NodeId, PublicKey, SigningKey, SubjectType, Timestamp, Transcript,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::vocabulary::{BasisType, Category, DeadlineRule, StateName};

/// Largest item, in bytes (goal of PROTOCOL.md §5).
pub const MAX_ITEM: usize = 300;

/// Key id and signature behind the signed bytes.
const TAIL: usize = 8 + 64;

const LABEL: &str = "lianfang/status/v2";

/// Where an entry stands, as its publisher says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusItem {
    /// The federation.
    pub fed: FederationId,
    /// Who publishes.
    pub publisher: NodeId,
    /// To whom.
    pub audience: Audience,
    /// Which entry.
    pub entry: Uuid,
    /// What the entry is about: a reader that holds no token can tell sellers from products.
    pub subject: SubjectType,
    /// What for, when the entry says so.
    pub category: Option<Category>,
    /// On what the finding rests.
    pub basis: BasisType,
    /// Gapless per publisher and audience, from 1: it tells an audience nothing about others.
    pub seq: u64,
    /// The state.
    pub state: StateName,
    /// When the running deadline ends.
    pub deadline: Option<Timestamp>,
    /// The rule that set it.
    pub rule: Option<DeadlineRule>,
    /// When the finding ends by itself.
    pub expires: Option<Timestamp>,
    /// When the state was reached.
    pub at: Timestamp,
}

/// Why an item was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StatusError {
    #[error("not a status item of version 2")]
    Malformed,
    #[error("not signed by the publisher")]
    Signature,
}

impl StatusItem {
    /// The signed item: transcript ‖ key id (8 bytes) ‖ signature (64 bytes).
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        let mut bytes = self.signing_bytes();
        let signature = key.sign(&bytes);
        bytes.extend_from_slice(&key.public().id().0);
        bytes.extend_from_slice(&signature);
        bytes
    }

    /// Parses an item and checks its signature under whichever of the publisher's `keys` it names.
    ///
    /// # Errors
    /// [`StatusError`].
    pub fn verify(bytes: &[u8], keys: &[PublicKey]) -> Result<Self, StatusError> {
        if bytes.len() > MAX_ITEM {
            return Err(StatusError::Malformed);
        }
        let split = bytes.len().checked_sub(TAIL).ok_or(StatusError::Malformed)?;
        let (signed, tail) = bytes.split_at(split);
        let item = Self::parse(signed).ok_or(StatusError::Malformed)?;
        let key_id = KeyId(tail[..8].try_into().map_err(|_| StatusError::Malformed)?);
        let signature = tail[8..].try_into().map_err(|_| StatusError::Malformed)?;
        let key = keys
            .iter()
            .find(|key| key.id() == key_id)
            .ok_or(StatusError::Signature)?;
        key.verify(signed, &signature)
            .map_err(|_| StatusError::Signature)?;
        Ok(item)
    }

    /// Reads an item whose signature was checked when it was received.
    ///
    /// # Errors
    /// [`StatusError::Malformed`].
    pub fn read(bytes: &[u8]) -> Result<Self, StatusError> {
        let split = bytes.len().checked_sub(TAIL).ok_or(StatusError::Malformed)?;
        Self::parse(&bytes[..split]).ok_or(StatusError::Malformed)
    }

    fn signing_bytes(&self) -> Vec<u8> {
        Transcript::new(LABEL)
            .bytes(self.fed.as_bytes())
            .bytes(self.publisher.as_str().as_bytes())
            .bytes(self.audience.as_str().as_bytes())
            .bytes(self.entry.as_bytes())
            .u8(self.subject.number())
            .u8(self.category.map_or(0, Category::number))
            .u8(self.basis.number())
            .u64(self.seq)
            .u8(self.state.number())
            .u64(self.deadline.map_or(0, Timestamp::as_micros))
            .u8(self.rule.map_or(0, DeadlineRule::number))
            .u64(self.expires.map_or(0, Timestamp::as_micros))
            .u64(self.at.as_micros())
            .finish()
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader(bytes);
        if reader.field()? != LABEL.as_bytes() {
            return None;
        }
        let item = Self {
            fed: FederationId(reader.field()?.try_into().ok()?),
            publisher: reader.text()?.parse().ok()?,
            audience: reader.text()?.parse().ok()?,
            entry: Uuid::from_bytes(reader.field()?.try_into().ok()?),
            subject: SubjectType::from_number(reader.u8()?)?,
            category: match reader.u8()? {
                0 => None,
                number => Some(Category::from_number(number)?),
            },
            basis: BasisType::from_number(reader.u8()?)?,
            seq: reader.u64()?,
            state: StateName::from_number(reader.u8()?)?,
            deadline: reader.time()?,
            rule: match reader.u8()? {
                0 => None,
                number => Some(DeadlineRule::from_number(number)?),
            },
            expires: reader.time()?,
            at: Timestamp::from_micros(reader.u64()?),
        };
        (reader.0.is_empty() && item.signing_bytes() == bytes).then_some(item)
    }
}

/// One answer of `GET /status/{audience}?after=`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StatusPage {
    /// Signed items in base64, in order.
    pub items: Vec<String>,
    /// Whether more follow.
    pub more: bool,
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn field(&mut self) -> Option<&'a [u8]> {
        let length = u16::from_be_bytes(self.take(2)?.try_into().ok()?);
        self.take(usize::from(length))
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.field()?).ok()
    }

    fn u8(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_be_bytes(self.take(8)?.try_into().ok()?))
    }

    /// A time that may be absent, which is written as zero.
    fn time(&mut self) -> Option<Option<Timestamp>> {
        let micros = self.u64()?;
        Some((micros > 0).then(|| Timestamp::from_micros(micros)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item() -> StatusItem {
        StatusItem {
            fed: FederationId([1; 16]),
            publisher: "platform-a".parse().unwrap(),
            audience: "all".parse().unwrap(),
            entry: Uuid::from_u128(7),
            subject: SubjectType::Product,
            category: Some(Category::Counterfeit),
            basis: BasisType::PlatformDecision,
            seq: 3,
            state: StateName::Withdrawn,
            deadline: None,
            rule: Some(DeadlineRule::CnEcommerceLaw),
            expires: Some(Timestamp::from_secs(10)),
            at: Timestamp::from_secs(9),
        }
    }

    #[test]
    fn a_signed_item_is_read_back_and_fits_its_bound() {
        let key = SigningKey::from_seed(&[6; 32]);
        let bytes = item().sign(&key);
        assert!(bytes.len() <= MAX_ITEM, "{}", bytes.len());
        assert_eq!(StatusItem::verify(&bytes, &[key.public()]), Ok(item()));
        assert_eq!(StatusItem::read(&bytes), Ok(item()));
    }

    #[test]
    fn the_largest_item_fits_its_bound() {
        let longest = StatusItem {
            publisher: "p".repeat(32).parse().unwrap(),
            audience: "a".repeat(32).parse().unwrap(),
            ..item()
        };
        let bytes = longest.sign(&SigningKey::from_seed(&[6; 32]));
        assert!(bytes.len() <= MAX_ITEM, "{}", bytes.len());
    }

    /// PROTOCOL.md §5: label, fed, publisher, audience, entry, subject type, category, basis, sequence, state,
    /// deadline, rule, expiry, time.
    #[test]
    fn the_signed_bytes_are_those_of_the_frozen_vector() {
        let expected = concat!(
            "00126c69616e66616e672f7374617475732f7632",
            "001001010101010101010101010101010101",
            "000a706c6174666f726d2d61",
            "0003616c6c",
            "001000000000000000000000000000000007",
            "020101",
            "0000000000000003",
            "0c",
            "0000000000000000",
            "01",
            "0000000000989680",
            "0000000000895440",
        );
        assert_eq!(hex::encode(item().signing_bytes()), expected);
    }

    #[test]
    fn no_prefix_and_no_flipped_bit_is_accepted() {
        let key = SigningKey::from_seed(&[6; 32]);
        let bytes = item().sign(&key);
        for end in 0..bytes.len() {
            assert!(StatusItem::verify(&bytes[..end], &[key.public()]).is_err());
        }
        for bit in 0..bytes.len() * 8 {
            let mut bent = bytes.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            assert!(StatusItem::verify(&bent, &[key.public()]).is_err(), "bit {bit}");
        }
    }
}
