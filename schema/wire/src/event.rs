//! Events, the spine of a node (PROTOCOL.md §7): commitment, chain and signature of one change of an entry.

use lianfang_encoding::{
    FederationId, NodeId, PublicKey, Signature, SignatureError, SigningKey, Timestamp, Transcript, sha256,
};

/// What the signature of an event covers. Payload and salt are stored apart, so that they can be erased
/// while chain and signatures stay verifiable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventHeader {
    /// The federation.
    pub fed: FederationId,
    /// Who publishes.
    pub publisher: NodeId,
    /// Gapless per node, in commit order, from 1.
    pub seq: u64,
    /// Strictly increasing.
    pub at: Timestamp,
    /// [`EventHeader::hash`] of the event before; zeros for the first.
    pub previous: [u8; 32],
    /// [`commitment`] to the payload.
    pub commitment: [u8; 32],
}

/// SHA-256(lp16("lianfang/event/v1"), lp16(salt), lp16(SHA-256(payload))) (PROTOCOL.md §7).
pub fn commitment(salt: &[u8; 32], payload: &[u8]) -> [u8; 32] {
    Transcript::new("lianfang/event/v1")
        .bytes(salt)
        .bytes(&sha256(payload))
        .sha256()
}

impl EventHeader {
    /// The bytes that are signed.
    pub fn signing_bytes(&self) -> Vec<u8> {
        self.transcript().finish()
    }

    /// Link for the next event's `previous`.
    pub fn hash(&self) -> [u8; 32] {
        self.transcript().sha256()
    }

    /// Signs the event.
    pub fn sign(&self, key: &SigningKey) -> Signature {
        key.sign(&self.signing_bytes())
    }

    /// # Errors
    /// [`SignatureError::Invalid`] unless `signature` is the key's over this event.
    pub fn verify(&self, key: &PublicKey, signature: &Signature) -> Result<(), SignatureError> {
        key.verify(&self.signing_bytes(), signature)
    }

    fn transcript(&self) -> Transcript {
        Transcript::new("lianfang/event-header/v1")
            .bytes(self.fed.as_bytes())
            .bytes(self.publisher.as_str().as_bytes())
            .u64(self.seq)
            .u64(self.at.as_micros())
            .bytes(&self.previous)
            .bytes(&self.commitment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_covers_every_field() {
        let key = SigningKey::from_seed(&[5; 32]);
        let event = EventHeader {
            fed: FederationId([1; 16]),
            publisher: "a".parse().unwrap(),
            seq: 7,
            at: Timestamp::from_secs(1),
            previous: [2; 32],
            commitment: commitment(&[3; 32], b"{}"),
        };
        let signature = event.sign(&key);
        assert!(event.verify(&key.public(), &signature).is_ok());
        let changed = [
            EventHeader {
                fed: FederationId([9; 16]),
                ..event.clone()
            },
            EventHeader {
                publisher: "b".parse().unwrap(),
                ..event.clone()
            },
            EventHeader {
                seq: 8,
                ..event.clone()
            },
            EventHeader {
                at: Timestamp::from_secs(2),
                ..event.clone()
            },
            EventHeader {
                previous: [9; 32],
                ..event.clone()
            },
            EventHeader {
                commitment: commitment(&[4; 32], b"{}"),
                ..event.clone()
            },
        ];
        for other in changed {
            assert!(other.verify(&key.public(), &signature).is_err(), "{other:?}");
            assert_ne!(other.hash(), event.hash());
        }
    }
}
