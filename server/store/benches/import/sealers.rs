use std::sync::Mutex;

use lianfang_encoding::{SigningKey, Transcript, sha256};
use lianfang_store::{DataKey, EventDraft, EventSealer, SealedEvent, SealingError};
use rand_chacha::ChaCha20Rng;
use rand_core::{RngCore, SeedableRng};

/// What an event costs without signatures and encryption.
pub(crate) struct Hashing;

impl EventSealer for Hashing {
    fn seal(&self, draft: EventDraft<'_>) -> Result<SealedEvent, SealingError> {
        let commitment = sha256(draft.payload);
        Ok(SealedEvent {
            hash: header(&draft, &commitment).sha256(),
            commitment,
            signature: [7; 64],
            status_bytes: Some(vec![8; 150]),
            salt: [9; 32],
            payload_sealed: draft.payload.to_vec(),
        })
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
    fn seal(&self, draft: EventDraft<'_>) -> Result<SealedEvent, SealingError> {
        let mut rng = self.rng.lock().map_err(|_| SealingError::Randomness)?;
        let mut salt = [0; 32];
        rng.fill_bytes(&mut salt);
        let commitment = Transcript::new("bench")
            .bytes(&salt)
            .bytes(&sha256(draft.payload))
            .sha256();
        let header = header(&draft, &commitment);
        let status = Transcript::new("status")
            .u64(draft.seq)
            .bytes(draft.entry_id.as_bytes())
            .finish();
        let status_bytes = [status.as_slice(), &self.key.sign(&status)].concat();
        let id = draft.seq.to_be_bytes();
        Ok(SealedEvent {
            hash: header.sha256(),
            commitment,
            signature: self.key.sign(&header.finish()),
            status_bytes: Some(status_bytes),
            salt,
            payload_sealed: self.data.seal("event_payloads", &id, draft.payload, &mut *rng)?,
        })
    }
}

fn header(draft: &EventDraft<'_>, commitment: &[u8; 32]) -> Transcript {
    Transcript::new("event")
        .u64(draft.seq)
        .u64(draft.at.as_micros())
        .bytes(draft.previous_hash)
        .bytes(commitment)
}
