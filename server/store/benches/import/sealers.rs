use std::sync::Mutex;

use lianfang_encoding::{SigningKey, Transcript, sha256};
use lianfang_store::{DataKey, EventCommitment, EventDraft, EventSealer, EventSignature, SealingError};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};
use uuid::Uuid;

/// What an event costs without signatures and encryption.
pub(crate) struct Hashing;

impl EventSealer for Hashing {
    fn commit(&self, draft: &EventDraft<'_>) -> Result<EventCommitment, SealingError> {
        let commitment = sha256(draft.payload);
        Ok(EventCommitment {
            hash: header(draft, &commitment).sha256(),
            commitment,
            salt: [9; 32],
            payload_sealed: draft.payload.to_vec(),
        })
    }

    fn sign(&self, _: &EventDraft<'_>, _: &EventCommitment) -> Result<EventSignature, SealingError> {
        Ok(EventSignature {
            signature: [7; 64],
            status_bytes: Some(vec![8; 150]),
        })
    }

    fn feed_object(&self, entry_id: Uuid) -> Uuid {
        entry_id
    }
}

/// Two signatures and an encrypted payload, as a node makes them.
pub(crate) struct Signing {
    key: SigningKey,
    data: DataKey,
    rng: Mutex<ChaCha20Rng>,
}

impl Signing {
    pub(crate) fn new() -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let data = DataKey::generate(1, &mut rng).unwrap();
        Self {
            key: SigningKey::generate(&mut rng),
            data,
            rng: Mutex::new(rng),
        }
    }
}

impl EventSealer for Signing {
    fn commit(&self, draft: &EventDraft<'_>) -> Result<EventCommitment, SealingError> {
        let mut rng = self.rng.lock().map_err(|_| SealingError::Randomness)?;
        let mut salt = [0; 32];
        rng.fill_bytes(&mut salt);
        let commitment = Transcript::new("bench")
            .bytes(&salt)
            .bytes(&sha256(draft.payload))
            .sha256();
        let id = draft.seq.to_be_bytes();
        Ok(EventCommitment {
            hash: header(draft, &commitment).sha256(),
            commitment,
            salt,
            payload_sealed: self.data.seal("event_payloads", &id, draft.payload, &mut *rng)?,
        })
    }

    fn sign(
        &self,
        draft: &EventDraft<'_>,
        commitment: &EventCommitment,
    ) -> Result<EventSignature, SealingError> {
        let status = Transcript::new("status")
            .u64(draft.seq)
            .bytes(draft.entry_id.as_bytes())
            .finish();
        Ok(EventSignature {
            signature: self.key.sign(&header(draft, &commitment.commitment).finish()),
            status_bytes: Some([status.as_slice(), &self.key.sign(&status)].concat()),
        })
    }

    fn feed_object(&self, entry_id: Uuid) -> Uuid {
        entry_id
    }
}

fn header(draft: &EventDraft<'_>, commitment: &[u8; 32]) -> Transcript {
    Transcript::new("event")
        .u64(draft.seq)
        .u64(draft.at.as_micros())
        .bytes(draft.previous_hash)
        .bytes(commitment)
}
