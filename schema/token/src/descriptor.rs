use std::fmt;
use std::sync::Arc;

use curve25519_dalek::RistrettoPoint;
use curve25519_dalek::ristretto::RistrettoBasepointTable;
use curve25519_dalek::traits::VartimeMultiscalarMul as _;
use lianfang_encoding::{Class, FederationId, Timestamp, Transcript};
use serde::{Deserialize, Serialize};

use crate::key::is_sharing;
use crate::lagrange::coefficients;
use crate::{PublicElement, TokenKeyId, VerificationShare};

/// Why a descriptor was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DescriptorError {
    #[error("a key is shared t of n with t at least 1 and n from 2t - 1 to 64")]
    Sharing,
    #[error("verification shares must have rising indices")]
    Indices,
    #[error("the verification shares don't belong to the public key")]
    Inconsistent,
    #[error("the descriptor ends before it begins")]
    Validity,
    #[error("a key is born t of n with t at least 1 and n at least t")]
    Birth,
}

impl DescriptorError {
    /// Stable reason code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Sharing => "sharing",
            Self::Indices => "indices",
            Self::Inconsistent => "inconsistent",
            Self::Validity => "validity",
            Self::Birth => "birth",
        }
    }
}

/// How and when a key came into being. Who held t shares then may know it for ever, so this stays with the
/// key through every reshare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Birth {
    pub at: Timestamp,
    /// Threshold of the first sharing.
    #[serde(rename = "t")]
    pub threshold: u16,
    /// Members of the first sharing.
    #[serde(rename = "n")]
    pub members: u16,
}

/// The parts of a [`KeyDescriptor`], unchecked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescriptorFields {
    pub fed: FederationId,
    pub class: Class,
    /// Number of the key in its class; a fresh key generation raises it.
    pub epoch: u32,
    /// Number of the sharing of the key; a reshare raises it.
    pub generation: u32,
    #[serde(rename = "t")]
    pub threshold: u16,
    /// Y.
    pub public_key: PublicElement,
    /// One for each committee member, with rising indices.
    pub verification_shares: Vec<VerificationShare>,
    pub born: Birth,
    /// SHA-256 of the transcript of the ceremony that made this generation.
    #[serde(with = "hex::serde")]
    pub transcript: [u8; 32],
    pub valid_from: Timestamp,
    pub valid_until: Timestamp,
}

/// What clients need to know about one generation of a token key (PROTOCOL.md §2): carried in the membership
/// document, signed by the governors' threshold and every committee member. One that exists is consistent:
/// its shares lie on one polynomial of degree t − 1 through the public key.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "DescriptorFields", into = "DescriptorFields")]
pub struct KeyDescriptor {
    fields: DescriptorFields,
    id: TokenKeyId,
    multiples: Option<Arc<RistrettoBasepointTable>>,
}

impl KeyDescriptor {
    /// # Errors
    /// The first rule of [`DescriptorError`] that `fields` break.
    pub fn new(fields: DescriptorFields) -> Result<Self, DescriptorError> {
        let id = TokenKeyId::of(&fields.fed, fields.class, fields.epoch, &fields.public_key);
        let descriptor = Self {
            fields,
            id,
            multiples: None,
        };
        descriptor.validate()?;
        Ok(descriptor)
    }

    /// Keeps a table of the key's multiples (30 KB, about 1 ms) that clones share. Finishing a batch makes one
    /// for itself where that pays; with this one small batches save two thirds of a multiplication for each
    /// input.
    #[must_use]
    pub fn prepare(mut self) -> Self {
        let table = RistrettoBasepointTable::create(self.fields.public_key.point());
        self.multiples = Some(Arc::new(table));
        self
    }

    /// The parts.
    pub fn fields(&self) -> &DescriptorFields {
        &self.fields
    }

    /// The name of the key, the same in every generation.
    pub fn key_id(&self) -> TokenKeyId {
        self.id
    }

    /// t: how many evaluations make a token.
    pub fn threshold(&self) -> u16 {
        self.fields.threshold
    }

    /// n: how many shares there are.
    pub fn members(&self) -> usize {
        self.fields.verification_shares.len()
    }

    /// The number of the sharing.
    pub fn generation(&self) -> u32 {
        self.fields.generation
    }

    /// The verification share with this index.
    pub fn verification_share(&self, index: u16) -> Option<&VerificationShare> {
        let shares = &self.fields.verification_shares;
        shares
            .binary_search_by_key(&index, VerificationShare::index)
            .ok()
            .map(|position| &shares[position])
    }

    /// Whether `now` lies in the descriptor's validity; its end is excluded.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.fields.valid_from <= now && now < self.fields.valid_until
    }

    /// What governors and committee members sign: label `lianfang/key-descriptor/v1`, then every part in the
    /// order fed, class, epoch, generation, t, Y, n, (index, share)…, birth (time, t, n), transcript,
    /// valid_from, valid_until.
    pub fn signing_bytes(&self) -> Vec<u8> {
        let fields = &self.fields;
        let head = Transcript::new("lianfang/key-descriptor/v1")
            .bytes(fields.fed.as_bytes())
            .u8(fields.class.number())
            .u32(fields.epoch)
            .u32(fields.generation)
            .u16(fields.threshold)
            .bytes(fields.public_key.as_bytes())
            .u16(u16::try_from(self.members()).unwrap_or(u16::MAX));
        fields
            .verification_shares
            .iter()
            .fold(head, |transcript, share| {
                transcript.u16(share.index()).bytes(share.point().as_bytes())
            })
            .u64(fields.born.at.as_micros())
            .u16(fields.born.threshold)
            .u16(fields.born.members)
            .bytes(&fields.transcript)
            .u64(fields.valid_from.as_micros())
            .u64(fields.valid_until.as_micros())
            .finish()
    }

    pub(crate) fn multiples(&self) -> Option<&RistrettoBasepointTable> {
        self.multiples.as_deref()
    }

    fn validate(&self) -> Result<(), DescriptorError> {
        let DescriptorFields {
            threshold,
            verification_shares: shares,
            born,
            ..
        } = &self.fields;
        if !is_sharing(*threshold, shares.len()) {
            return Err(DescriptorError::Sharing);
        }
        if !shares.is_sorted_by(|one, next| one.index() < next.index()) {
            return Err(DescriptorError::Indices);
        }
        if self.fields.valid_from >= self.fields.valid_until {
            return Err(DescriptorError::Validity);
        }
        if born.threshold == 0 || born.members < born.threshold {
            return Err(DescriptorError::Birth);
        }
        self.is_consistent()
            .then_some(())
            .ok_or(DescriptorError::Inconsistent)
    }

    /// The key and t − 1 shares determine the polynomial; every other share has to lie on it.
    fn is_consistent(&self) -> bool {
        let shares = &self.fields.verification_shares;
        let (known, others) = shares.split_at(usize::from(self.fields.threshold) - 1);
        let key = std::iter::once((0, &self.fields.public_key));
        let (indices, points): (Vec<u16>, Vec<&RistrettoPoint>) = key
            .chain(known.iter().map(|share| (share.index(), share.point())))
            .map(|(index, element)| (index, element.point()))
            .unzip();
        others.iter().all(|share| {
            let weights = coefficients(&indices, share.index());
            let expected = RistrettoPoint::vartime_multiscalar_mul(weights, points.iter().copied());
            expected == *share.point().point()
        })
    }
}

impl PartialEq for KeyDescriptor {
    fn eq(&self, other: &Self) -> bool {
        self.fields == other.fields
    }
}

impl Eq for KeyDescriptor {}

impl fmt::Debug for KeyDescriptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.fields, f)
    }
}

impl TryFrom<DescriptorFields> for KeyDescriptor {
    type Error = DescriptorError;
    fn try_from(fields: DescriptorFields) -> Result<Self, DescriptorError> {
        Self::new(fields)
    }
}

impl From<KeyDescriptor> for DescriptorFields {
    fn from(descriptor: KeyDescriptor) -> Self {
        descriptor.fields
    }
}

/// A descriptor of a shared key, for tests.
#[cfg(test)]
pub(crate) fn sample(key: &crate::SecretKey, threshold: u16, shares: &[crate::KeyShare]) -> KeyDescriptor {
    KeyDescriptor::new(DescriptorFields {
        fed: FederationId([1; 16]),
        class: Class::Organisation,
        epoch: 1,
        generation: 1,
        threshold,
        public_key: key.public(),
        verification_shares: shares.iter().map(|share| *share.verification_share()).collect(),
        born: Birth {
            at: Timestamp::from_secs(1),
            threshold: 1,
            members: 1,
        },
        transcript: [0; 32],
        valid_from: Timestamp::from_secs(1),
        valid_until: Timestamp::from_secs(2),
    })
    .unwrap()
}
