//! What peers tell a node that came back from a backup (PROTOCOL.md §7): `GET` and `POST /federation/v1/seen/{node}`.

use lianfang_digest::ListId;
use lianfang_encoding::{Class, FederationId, NodeId, PublicKey, SigningKey, Timestamp};
use serde::{Deserialize, Serialize};

use crate::info::FeedHead;
use crate::jws::{self, JwsError};
use crate::membership::Hash32;

const SEEN: &str = "lianfang-seen+jwt";
const CLAIM: &str = "lianfang-restore+jwt";

/// Most statements of others that one claim carries.
pub const MAX_EVIDENCE: usize = 1_024;

/// What a peer says it has seen of a node, signed by the peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// The peer.
    pub iss: NodeId,
    /// Its federation.
    pub fed: FederationId,
    /// Whom it speaks of.
    pub node: NodeId,
    /// When.
    pub at: Timestamp,
    /// The membership document the peer holds.
    pub membership_version: u64,
    /// The node's latest incarnation that the peer has granted or seen.
    pub incarnation: u32,
    /// To whom that incarnation was granted; `None` when it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restore_key: Option<PublicKey>,
    /// The newest head of each of the node's lists.
    pub lists: Vec<SeenList>,
    /// The newest item of each of the node's status feeds: what others see of its events.
    pub feeds: Vec<FeedHead>,
    /// The highest generation of each token key.
    pub generations: Vec<SeenGeneration>,
}

/// The newest head of one list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenList {
    /// The list.
    pub list: ListId,
    /// The incarnation that signed the head.
    pub incarnation: u32,
    /// Its sequence.
    pub sequence: u64,
    /// SHA-256 of the head's bytes.
    pub head: Hash32,
}

/// The highest generation of one token key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeenGeneration {
    /// Its class.
    pub class: Class,
    /// Its epoch.
    pub epoch: u32,
    /// The generation.
    pub generation: u32,
}

/// A peer's word, and the node's own signed messages that it rests on: those alone move anything, so that no peer can
/// drive a node's sequences up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SeenAnswer {
    /// [`Seen`] as a compact JWS.
    pub statement: String,
    /// The heads behind [`Seen::lists`], in base64, as the node signed them.
    pub heads: Vec<String>,
    /// The items behind [`Seen::feeds`], in base64, as the node signed them.
    pub items: Vec<String>,
}

impl Seen {
    /// As a compact JWS under the peer's signing key.
    ///
    /// # Errors
    /// [`JwsError::Claims`].
    pub fn sign(&self, key: &SigningKey) -> Result<String, JwsError> {
        jws::sign(SEEN, self, key)
    }

    /// Reads a statement signed with one of the peer's `keys`.
    ///
    /// # Errors
    /// A [`JwsError`] that says which rule it broke.
    pub fn verify(text: &str, keys: &[PublicKey]) -> Result<Self, JwsError> {
        jws::verify(SEEN, text, keys)
    }
}

/// `POST /federation/v1/seen/{node}`: a restored node asks for its next incarnation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = RestoreClaim))]
pub struct Claim {
    /// The incarnation asked for.
    pub incarnation: u32,
    /// Made when the backup was restored; no two restored copies have the same.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub restore_key: PublicKey,
    /// Shows that the caller has that key: a [`Proof`] as a compact JWS under it.
    pub proof: String,
    /// Shows that the caller is the node and not merely somebody with its TLS key: the same [`Proof`] as a compact JWS
    /// under a signing key that the node has in the membership document.
    pub member_proof: String,
    /// Statements of others that granted it already; a majority of them moves a peer that granted another copy.
    #[serde(default)]
    pub evidence: Vec<String>,
}

/// What the restore key and the node's signing key sign, for one peer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The restored node.
    pub iss: NodeId,
    /// Its federation.
    pub fed: FederationId,
    /// The peer that is asked.
    pub aud: NodeId,
    /// The incarnation asked for.
    pub incarnation: u32,
    /// The copy that asks for it.
    pub restore_key: PublicKey,
}

impl Claim {
    /// Asks for what `proof` says, with the restore key that it names and a signing key of the node.
    ///
    /// # Errors
    /// [`JwsError::Claims`].
    pub fn sign(
        proof: &Proof,
        restore: &SigningKey,
        signing: &SigningKey,
        evidence: Vec<String>,
    ) -> Result<Self, JwsError> {
        Ok(Self {
            incarnation: proof.incarnation,
            restore_key: proof.restore_key,
            proof: jws::sign(CLAIM, proof, restore)?,
            member_proof: jws::sign(CLAIM, proof, signing)?,
            evidence,
        })
    }

    /// Whether whoever made this claim has its restore key and one of the node's `signing_keys`, and meant it as `expected`.
    pub fn proves(&self, expected: &Proof, signing_keys: &[PublicKey]) -> bool {
        let says = |text, keys: &[PublicKey]| {
            jws::verify::<Proof>(CLAIM, text, keys).is_ok_and(|proof| proof == *expected)
        };
        self.incarnation == expected.incarnation
            && self.restore_key == expected.restore_key
            && says(&self.proof, &[self.restore_key])
            && says(&self.member_proof, signing_keys)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u8) -> SigningKey {
        SigningKey::from_seed(&[number; 32])
    }

    fn proof(peer: &str) -> Proof {
        Proof {
            iss: "platform-a".parse().unwrap(),
            fed: FederationId([1; 16]),
            aud: peer.parse().unwrap(),
            incarnation: 1,
            restore_key: key(5).public(),
        }
    }

    #[test]
    fn a_claim_counts_for_its_key_its_incarnation_and_its_peer_only() {
        let signing = [key(7).public()];
        let claim = Claim::sign(&proof("platform-b"), &key(5), &key(7), Vec::new()).unwrap();
        assert!(claim.proves(&proof("platform-b"), &signing));
        assert!(!claim.proves(&proof("platform-c"), &signing));
        let later = Proof {
            incarnation: 2,
            ..proof("platform-b")
        };
        let raised = Claim {
            incarnation: 2,
            ..claim.clone()
        };
        assert!(!raised.proves(&later, &signing));
        let other = Proof {
            restore_key: key(6).public(),
            ..proof("platform-b")
        };
        let stolen = Claim {
            restore_key: key(6).public(),
            ..claim
        };
        assert!(!stolen.proves(&other, &signing));
        assert!(!stolen.proves(&proof("platform-b"), &signing));
    }

    #[test]
    fn a_claim_without_a_signing_key_of_the_node_or_without_the_restore_key_counts_for_nothing() {
        let signing = [key(7).public()];
        let signed =
            |restore, by| Claim::sign(&proof("platform-b"), &key(restore), &key(by), Vec::new()).unwrap();
        assert!(signed(5, 7).proves(&proof("platform-b"), &signing));
        assert!(!signed(5, 5).proves(&proof("platform-b"), &signing));
        assert!(!signed(7, 7).proves(&proof("platform-b"), &signing));
        assert!(!signed(5, 7).proves(&proof("platform-b"), &[]));
    }

    #[test]
    fn a_statement_is_read_back_under_the_key_of_its_peer_only() {
        let (key, other) = (SigningKey::from_seed(&[5; 32]), SigningKey::from_seed(&[6; 32]));
        let seen = Seen {
            iss: "platform-b".parse().unwrap(),
            fed: FederationId([1; 16]),
            node: "platform-a".parse().unwrap(),
            at: Timestamp::from_secs(9),
            membership_version: 3,
            incarnation: 1,
            restore_key: Some(other.public()),
            lists: Vec::new(),
            feeds: vec![FeedHead {
                audience: "all".parse().unwrap(),
                sequence: 7,
            }],
            generations: vec![SeenGeneration {
                class: Class::Goods,
                epoch: 1,
                generation: 2,
            }],
        };
        let text = seen.sign(&key).unwrap();
        assert_eq!(Seen::verify(&text, &[key.public()]), Ok(seen));
        assert_eq!(Seen::verify(&text, &[other.public()]), Err(JwsError::Key));
    }
}
