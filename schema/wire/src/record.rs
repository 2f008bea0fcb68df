//! Records (PROTOCOL.md §5): a publisher's signed finding about one identifier, sealed so that only who
//! already holds the identifier's token can read it.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use lianfang_digest::ListId;
use lianfang_encoding::{FederationId, NodeId, PublicKey, SigningKey, Timestamp, Transcript};
use lianfang_identifier::{Kind, Level};
use lianfang_token::TokenKeyId;
use rand_core::CryptoRngCore;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::jws::{self, JwsError};
use crate::membership::Hash32;
use crate::vocabulary::{BasisType, Category, DeadlineRule, EvidenceGrade, MeasureAction, Role, StateName};

/// The JWS type of a record.
pub const TYPE: &str = "lianfang-record+jwt";

const NONCE: usize = 12;

/// What a publisher found about one identifier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The publisher.
    pub iss: NodeId,
    /// The federation.
    pub fed: FederationId,
    /// The list the identifier is in.
    pub list: ListId,
    /// HMAC of the identifier's token (PROTOCOL.md §2).
    pub confirm_key: Hash32,
    /// The token key.
    pub key_id: TokenKeyId,
    /// Kind of the identifier.
    pub kind: Kind,
    /// Identity or candidate.
    pub level: Level,
    /// Whose identifier it is.
    pub role: Role,
    /// Whether the publisher verified that it is.
    pub verified: bool,
    /// The entry.
    pub entry: Uuid,
    /// Sequence of its last event in the audience's status feed.
    pub seq: u64,
    /// Its state.
    pub state: StateName,
    /// What for.
    pub category: Category,
    /// The right at stake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right: Option<RecordRight>,
    /// On what it rests.
    pub basis: RecordBasis,
    /// How well it is documented.
    pub evidence_grade: EvidenceGrade,
    /// What the publisher itself did.
    pub measure: RecordMeasure,
    /// Whether the subject is a natural person.
    pub natural_person: bool,
    /// Whether it rests on another member's entry too, so that the two aren't independent. Names nobody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub derived: bool,
    /// When it was decided.
    pub decided: Timestamp,
    /// When the finding ends.
    pub expires: Timestamp,
    /// End of the running deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// The rule that set it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_rule: Option<DeadlineRule>,
    /// Whether it is contested.
    pub disputed: bool,
    /// When this record was signed.
    pub issued: Timestamp,
    /// How long it may be relied on without asking again.
    pub valid_until: Timestamp,
    /// Reserved for the proof of inclusion in the publisher's log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inclusion: Option<serde_json::Value>,
    /// Set on records of the built-in test publisher.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub test: bool,
}

/// The right at stake.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordRight {
    /// `trademark`, `patent`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Its number.
    pub number: String,
    /// Where it holds.
    pub jurisdiction: String,
}

/// A record whose signature, subject and time were checked. Only [`Record::verify`] makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedRecord(Record);

impl std::ops::Deref for VerifiedRecord {
    type Target = Record;
    fn deref(&self) -> &Record {
        &self.0
    }
}

/// On what a record rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordBasis {
    /// The kind of decision.
    #[serde(rename = "type")]
    pub kind: BasisType,
    /// ISO 3166-1 alpha-2, upper case.
    pub jurisdiction: String,
    /// Given by default, without the subject being heard.
    pub default_judgment: bool,
}

/// What the publisher itself did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordMeasure {
    /// The measure.
    pub action: MeasureAction,
    /// Where it applies.
    pub jurisdictions: Vec<String>,
}

/// What the opener asked for; a record about anything else is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The federation.
    pub fed: &'a FederationId,
    /// The list.
    pub list: &'a ListId,
    /// The confirmation key.
    pub confirm_key: &'a [u8; 32],
    /// The token key.
    pub key_id: TokenKeyId,
    /// The kind.
    pub kind: Kind,
    /// The level.
    pub level: Level,
}

/// Why a sealed record was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    #[error("not sealed under this key")]
    Sealed,
    #[error(transparent)]
    Jws(#[from] JwsError),
    #[error("about another identifier, list, publisher or federation than asked")]
    Another,
    #[error("the finding that it tells of is over")]
    Expired,
    #[error("no longer valid, though its finding isn't over")]
    Stale,
}

impl Record {
    /// Signs the record.
    ///
    /// # Errors
    /// [`JwsError::Claims`] when it can't be written as JSON.
    pub fn sign(&self, key: &SigningKey) -> Result<String, JwsError> {
        jws::sign(TYPE, self, key)
    }

    /// Verifies a record and that it is about what was asked (PROTOCOL.md §5).
    ///
    /// # Errors
    /// [`RecordError`].
    pub fn verify(
        text: &str,
        keys: &[PublicKey],
        asked: &Asked<'_>,
        now: Timestamp,
    ) -> Result<VerifiedRecord, RecordError> {
        let record: Self = jws::verify(TYPE, text, keys)?;
        let same = record.fed == *asked.fed
            && record.list == *asked.list
            && record.iss == asked.list.publisher
            && record.confirm_key.0 == *asked.confirm_key
            && record.key_id == asked.key_id
            && record.kind == asked.kind
            && record.level == asked.level;
        if !same {
            return Err(RecordError::Another);
        }
        if record.expires <= now {
            Err(RecordError::Expired)
        } else if record.valid_until <= now {
            Err(RecordError::Stale)
        } else {
            Ok(VerifiedRecord(record))
        }
    }
}

/// Seals a signed record: a fresh 12-byte nonce in front, the list as associated data.
///
/// # Errors
/// [`RecordError::Sealed`] when the cipher refuses, which needs a record of more than 64 GiB.
pub fn seal(
    jws: &str,
    record_key: &[u8; 32],
    list: &ListId,
    fed: &FederationId,
    rng: &mut impl CryptoRngCore,
) -> Result<Vec<u8>, RecordError> {
    let mut sealed = vec![0; NONCE];
    rng.fill_bytes(&mut sealed);
    let aad = associated_data(fed, list);
    let text = cipher(record_key)
        .encrypt(
            Nonce::from_slice(&sealed),
            Payload {
                msg: jws.as_bytes(),
                aad: &aad,
            },
        )
        .map_err(|_| RecordError::Sealed)?;
    sealed.extend_from_slice(&text);
    Ok(sealed)
}

/// Opens a sealed record; the signed text inside is still to be verified by [`Record::verify`].
///
/// # Errors
/// [`RecordError::Sealed`] unless it was sealed under this key for this list.
pub fn open(
    sealed: &[u8],
    record_key: &[u8; 32],
    list: &ListId,
    fed: &FederationId,
) -> Result<String, RecordError> {
    let (nonce, text) = sealed.split_at_checked(NONCE).ok_or(RecordError::Sealed)?;
    let aad = associated_data(fed, list);
    let plain = cipher(record_key)
        .decrypt(Nonce::from_slice(nonce), Payload { msg: text, aad: &aad })
        .map_err(|_| RecordError::Sealed)?;
    String::from_utf8(plain).map_err(|_| RecordError::Sealed)
}

fn cipher(record_key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(Key::<Aes256Gcm>::from_slice(record_key))
}

fn associated_data(fed: &FederationId, list: &ListId) -> Vec<u8> {
    Transcript::new("lianfang/list/v1")
        .bytes(fed.as_bytes())
        .bytes(list.publisher.as_str().as_bytes())
        .bytes(list.audience.as_str().as_bytes())
        .u8(list.subject_type.number())
        .u32(list.epoch)
        .finish()
}
