//! What an import can't do without: blinding, evaluation by t members, verification, in full sections.

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

pub(crate) fn on_all_cores(count: usize, threshold: u16) -> Floor {
    let (shares, key) = committee(threshold);
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
                    section(first, (count - first).min(MAX_ELEMENTS), &shares, &key);
                }
            });
        }
    });
    Floor {
        took: begun.elapsed(),
        processor: processor::used() - before,
    }
}

fn section(first: usize, length: usize, shares: &[KeyShare], key: &KeyDescriptor) {
    let mut rng = ChaCha20Rng::seed_from_u64(first as u64);
    let inputs: Vec<_> = (first..first + length)
        .map(|number| format!("{number:0>60}"))
        .collect();
    let blinded = Blinded::new(inputs.iter().map(String::as_bytes), &mut rng).unwrap();
    let answers = shares.iter().map(|share| {
        let answer = share.evaluate(blinded.elements(), &mut rng).unwrap();
        blinded.verify(share.verification_share(), &answer).unwrap()
    });
    let answers: Vec<_> = answers.collect();
    assert_eq!(blinded.finalize(key, &answers).unwrap().len(), length);
}

/// The shares of those who are asked, and the key.
fn committee(threshold: u16) -> (Vec<KeyShare>, KeyDescriptor) {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let secret = SecretKey::generate(&mut rng);
    let members = 2 * threshold - 1;
    let mut shares = secret.share(threshold, members, &mut rng).unwrap();
    let fields = DescriptorFields {
        fed: FederationId([1; 16]),
        class: Class::Organisation,
        epoch: 1,
        generation: 1,
        threshold,
        public_key: secret.public(),
        verification_shares: shares.iter().map(|share| *share.verification_share()).collect(),
        born: Birth {
            at: Timestamp::from_secs(1),
            threshold,
            members,
        },
        transcript: [0; 32],
        valid_from: Timestamp::from_secs(1),
        valid_until: Timestamp::from_secs(2),
    };
    shares.truncate(threshold.into());
    (shares, KeyDescriptor::new(fields).unwrap().prepare())
}
