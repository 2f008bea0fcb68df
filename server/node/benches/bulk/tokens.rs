//! What an import can't do without: blinding, evaluation by one member, verification, in full sections.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use lianfang_encoding::{Class, FederationId, Timestamp};
use lianfang_token::{Birth, Blinded, DescriptorFields, KeyDescriptor, KeyShare, MAX_ELEMENTS, SecretKey};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng as _;

use crate::processor;

/// What the tokens of so many identifiers take.
pub(crate) struct Floor {
    /// On all cores and nothing else.
    pub(crate) took: Duration,
    pub(crate) processor: Duration,
}

impl Floor {
    pub(crate) fn mean(&self, other: &Self) -> Self {
        Self {
            took: (self.took + other.took) / 2,
            processor: (self.processor + other.processor) / 2,
        }
    }
}

pub(crate) fn on_all_cores(count: usize) -> Floor {
    let (share, key) = committee();
    let cores = std::thread::available_parallelism().unwrap().get();
    let next = AtomicUsize::new(0);
    let (begun, before) = (Instant::now(), processor::used());
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let first = next.fetch_add(MAX_ELEMENTS, Ordering::Relaxed);
                    if first >= count {
                        break;
                    }
                    section(first, (count - first).min(MAX_ELEMENTS), &share, &key);
                }
            });
        }
    });
    Floor {
        took: begun.elapsed(),
        processor: processor::used() - before,
    }
}

fn section(first: usize, length: usize, share: &KeyShare, key: &KeyDescriptor) {
    let mut rng = ChaCha20Rng::seed_from_u64(first as u64);
    let inputs: Vec<_> = (first..first + length)
        .map(|number| format!("{number:0>60}"))
        .collect();
    let blinded = Blinded::new(inputs.iter().map(String::as_bytes), &mut rng).unwrap();
    let answer = share.evaluate(blinded.elements(), &mut rng).unwrap();
    let verified = blinded.verify(share.verification_share(), &answer).unwrap();
    assert_eq!(blinded.finalize(key, &[verified]).unwrap().len(), length);
}

fn committee() -> (KeyShare, KeyDescriptor) {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let secret = SecretKey::generate(&mut rng);
    let share = secret.share(1, 1, &mut rng).unwrap().remove(0);
    let fields = DescriptorFields {
        fed: FederationId([1; 16]),
        class: Class::Organisation,
        epoch: 1,
        generation: 1,
        threshold: 1,
        public_key: secret.public(),
        verification_shares: vec![*share.verification_share()],
        born: Birth {
            at: Timestamp::from_secs(1),
            threshold: 1,
            members: 1,
        },
        transcript: [0; 32],
        valid_from: Timestamp::from_secs(1),
        valid_until: Timestamp::from_secs(2),
    };
    (share, KeyDescriptor::new(fields).unwrap().prepare())
}
