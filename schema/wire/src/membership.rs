//! The signed membership document (PROTOCOL.md §7): who takes part, under which keys, audiences and rules.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianfang_encoding::{
    Audience, FederationId, KeyId, NodeId, PublicKey, Signature, SigningKey, Timestamp, Transcript, sha256,
};
use lianfang_identifier::Kind;
use lianfang_token::KeyDescriptor;
use serde::{Deserialize, Serialize};

use crate::vocabulary::{EvidenceGrade, MemberRole, MemberStatus, StateName};

/// Largest envelope that is looked at, in bytes.
pub const MAX_ENVELOPE: usize = 4 * 1024 * 1024;

const LABEL: &str = "lianfang/membership/v1";

/// 32 bytes shown as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(transparent)]
pub struct Hash32(#[serde(with = "hex::serde")] pub [u8; 32]);

/// Every answer carries some of them: `hex::serde` writes digit by digit.
impl Serialize for Hash32 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut digits = [0; 64];
        hex::encode_to_slice(self.0, &mut digits).map_err(serde::ser::Error::custom)?;
        serializer.serialize_str(std::str::from_utf8(&digits).map_err(serde::ser::Error::custom)?)
    }
}

impl std::fmt::Debug for Hash32 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// The payload. Governors sign its bytes; they are stored and forwarded verbatim.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Membership {
    /// Rises by one with every change; 1 is the genesis.
    pub version: u64,
    /// SHA-256 of the payload before this one; none in the genesis.
    pub previous: Option<Hash32>,
    /// The federation; none in the genesis, whose hash gives the id.
    pub federation: Option<FederationId>,
    /// A label for people.
    pub name: String,
    /// A federation for tests: its clock may be moved by hand.
    pub test: bool,
    /// When this version was made.
    pub issued: Timestamp,
    /// After this: no new blocks, releases still work, an alarm.
    pub expires: Timestamp,
    /// Who may change this document.
    pub governance: Governance,
    /// Certificates of the federation's authorities, PEM.
    pub authorities: Vec<String>,
    /// Everybody who is or was a member.
    pub members: Vec<Member>,
    /// Rules of the audiences, by name. `all`, `regulators` and each member's country are born with it.
    pub audiences: BTreeMap<Audience, AudienceRule>,
    /// How each identifier kind is normalised.
    pub rules: Vec<KindRules>,
    /// Public descriptors of the token keys.
    pub keys: Vec<KeyDescriptor>,
}

/// Governors and how many of them must sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Governance {
    /// Signatures needed; at least 1, at most the number of governors.
    pub threshold: u16,
    /// Who may sign.
    pub governors: Vec<Governor>,
}

/// A member's key that signs membership documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Governor {
    /// Whose key it is.
    pub node: NodeId,
    /// The key.
    pub key: PublicKey,
}

/// One node of the federation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Member {
    /// Its id, never reused.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub id: NodeId,
    /// A name for people.
    pub name: String,
    /// The organisation that operates it; two nodes of one operator aren't independent publishers.
    pub operator: String,
    /// What it is.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub role: MemberRole,
    /// ISO 3166-1 alpha-2, upper case.
    pub jurisdiction: String,
    /// Base URL of its federation door, `https://host:port`.
    pub endpoint: String,
    /// SHA-256 of the SubjectPublicKeyInfo of its TLS certificate.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub pin: Hash32,
    /// The pin that this one replaces, while it still counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retiring: Option<RetiringPin>,
    /// Keys for heads, records and status items.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<String>))]
    pub signing_keys: Vec<PublicKey>,
    /// Its index in the token committee, if it sits there.
    pub committee_index: Option<u16>,
    /// What it may publish.
    pub quotas: Quotas,
    /// Whether it counts.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub status: MemberStatus,
}

/// A pin that was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RetiringPin {
    /// The pin.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub pin: Hash32,
    /// From then on it counts no more.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub until: Timestamp,
}

impl Member {
    /// Whether it takes part.
    pub fn is_active(&self) -> bool {
        self.status == MemberStatus::Active
    }

    /// Whether it may show a certificate over this key at `now`.
    pub fn is_pinned(&self, pin: &[u8; 32], now: Timestamp) -> bool {
        self.pin.0 == *pin
            || self
                .retiring_at(now)
                .is_some_and(|retiring| retiring.pin.0 == *pin)
    }

    /// The pin that was replaced, if it still counts at `now`.
    pub fn retiring_at(&self, now: Timestamp) -> Option<RetiringPin> {
        self.retiring.filter(|retiring| now < retiring.until)
    }
}

/// Bounds on what one member may publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quotas {
    /// Identifiers in one digest list.
    pub identifiers_per_list: u64,
    /// Digests that another member takes over within a day, of all lists together.
    pub digests_per_day: u32,
    /// Notifications that another member listens to within a minute.
    pub notifications_per_minute: u32,
}

impl Default for Quotas {
    /// More than an honest publisher ever needs (PROTOCOL.md §3).
    fn default() -> Self {
        Self {
            identifiers_per_list: 10_000_000,
            digests_per_day: 500_000,
            notifications_per_minute: 6_000,
        }
    }
}

/// What may enter the digests of an audience (PROTOCOL.md §3, privacy filter).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AudienceRule {
    /// Its members, for a named list; none for `all`, `regulators` and countries, which follow from roles.
    pub members: Option<Vec<NodeId>>,
    /// Rises when the rule or the list changes.
    pub version: u32,
    /// States whose entries may enter.
    pub states: Vec<StateName>,
    /// The weakest evidence that may enter.
    pub weakest_evidence: EvidenceGrade,
    /// Kinds that may not enter at all.
    pub excluded_kinds: Vec<Kind>,
    /// The lawful ground on which personal kinds cross borders in this audience, if there is one.
    pub transfer: Option<Transfer>,
}

/// The recorded ground of a transfer of personal data across a border.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// For example a standard contract with its filing number.
    pub mechanism: String,
    /// Reference of the impact assessment.
    pub assessment: String,
    /// The ground doesn't hold after this.
    pub ends: Timestamp,
}

/// How one kind is normalised; frozen per (kind, norm_version).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KindRules {
    /// The kind.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub kind: Kind,
    /// Version of its rules.
    pub norm_version: u8,
    /// SHA-256 over tables, Unicode version and pinned data.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub digest: Hash32,
}

/// Why an envelope was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    #[error("a membership envelope is JSON with `payload` and `signatures`, at most 4 MiB")]
    Malformed,
    #[error("the payload isn't a membership document")]
    Payload,
}

/// The payload's bytes and the governors' signatures over them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = MembershipEnvelope))]
pub struct Envelope {
    payload: String,
    signatures: Vec<EnvelopeSignature>,
}

/// One governor's signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnvelopeSignature {
    /// Which key.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub key: KeyId,
    #[serde(with = "hex::serde")]
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    signature: Signature,
}

/// An envelope that has been parsed, with the bytes that were signed. Signatures aren't checked yet.
#[derive(Debug, Clone, PartialEq)]
pub struct ParsedMembership {
    /// The document.
    pub document: Membership,
    /// SHA-256 of its bytes.
    pub hash: [u8; 32],
    /// The federation it belongs to.
    pub federation: FederationId,
    envelope: Envelope,
}

impl Envelope {
    /// Writes `document` down and signs it.
    ///
    /// # Errors
    /// [`EnvelopeError::Payload`] when the document can't be written as JSON.
    pub fn seal(document: &Membership, keys: &[&SigningKey]) -> Result<Self, EnvelopeError> {
        let payload = serde_json::to_vec(document).map_err(|_| EnvelopeError::Payload)?;
        let mut envelope = Self {
            payload: STANDARD.encode(&payload),
            signatures: Vec::new(),
        };
        for key in keys {
            envelope.sign(key)?;
        }
        Ok(envelope)
    }

    /// Adds a signature; a second one by the same key replaces the first.
    ///
    /// # Errors
    /// [`EnvelopeError::Malformed`] when the payload isn't base64.
    pub fn sign(&mut self, key: &SigningKey) -> Result<(), EnvelopeError> {
        let message = signing_input(&self.payload_bytes()?);
        let id = key.public().id();
        self.signatures.retain(|signature| signature.key != id);
        self.signatures.push(EnvelopeSignature {
            key: id,
            signature: key.sign(&message),
        });
        Ok(())
    }

    /// Parses the JSON of an envelope.
    ///
    /// # Errors
    /// [`EnvelopeError::Malformed`] when it isn't one or is too large.
    pub fn from_json(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        if bytes.len() > MAX_ENVELOPE {
            return Err(EnvelopeError::Malformed);
        }
        serde_json::from_slice(bytes).map_err(|_| EnvelopeError::Malformed)
    }

    /// The JSON to store and forward.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Parses the payload. Signatures are checked by [`ParsedMembership::signed_by`].
    ///
    /// # Errors
    /// [`EnvelopeError`] when the payload isn't base64 or isn't a membership document.
    pub fn parse(self) -> Result<ParsedMembership, EnvelopeError> {
        let bytes = self.payload_bytes()?;
        let document: Membership = serde_json::from_slice(&bytes).map_err(|_| EnvelopeError::Payload)?;
        let federation = document
            .federation
            .unwrap_or_else(|| FederationId::of_genesis(&bytes));
        if (document.version == 1) != document.federation.is_none() {
            return Err(EnvelopeError::Payload);
        }
        Ok(ParsedMembership {
            document,
            hash: sha256(&bytes),
            federation,
            envelope: self,
        })
    }

    fn payload_bytes(&self) -> Result<Vec<u8>, EnvelopeError> {
        STANDARD
            .decode(&self.payload)
            .map_err(|_| EnvelopeError::Malformed)
    }
}

impl ParsedMembership {
    /// The envelope it came from, to store and forward.
    pub fn envelope(&self) -> &Envelope {
        &self.envelope
    }

    /// How many distinct governors of `governance` have validly signed this document.
    pub fn signed_by(&self, governance: &Governance) -> usize {
        let Ok(bytes) = self.envelope.payload_bytes() else {
            return 0;
        };
        let message = signing_input(&bytes);
        governance
            .governors
            .iter()
            .filter(|governor| {
                self.envelope.signatures.iter().any(|signature| {
                    signature.key == governor.key.id()
                        && governor.key.verify(&message, &signature.signature).is_ok()
                })
            })
            .map(|governor| governor.key.id())
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    }
}

fn signing_input(payload: &[u8]) -> Vec<u8> {
    Transcript::new(LABEL).bytes(&sha256(payload)).finish()
}
