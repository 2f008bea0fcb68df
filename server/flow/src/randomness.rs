use lianfang_encoding::Timestamp;
use rand_core::{CryptoRngCore, RngCore as _};
use uuid::{Builder, Uuid};

/// The one source of randomness. The operating system's in production, seeded in simulations.
pub trait Randomness: Send + Sync {
    /// A generator for one piece of work.
    fn rng(&self) -> Box<dyn CryptoRngCore + Send>;
}

/// The operating system's generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn rng(&self) -> Box<dyn CryptoRngCore + Send> {
        Box::new(rand_core::OsRng)
    }
}

/// UUIDv4: random, so that it tells nothing about time (PROTOCOL.md §0).
pub(crate) fn random_id(randomness: &dyn Randomness) -> Uuid {
    let mut bytes = [0; 16];
    randomness.rng().fill_bytes(&mut bytes);
    Builder::from_random_bytes(bytes).into_uuid()
}

/// UUIDv7: everything but entries.
pub(crate) fn timed_id(randomness: &dyn Randomness, now: Timestamp) -> Uuid {
    let mut bytes = [0; 10];
    randomness.rng().fill_bytes(&mut bytes);
    Builder::from_unix_timestamp_millis(now.as_micros() / 1_000, &bytes).into_uuid()
}

/// A reference that can be given to a subject: 100 random bits in an alphabet without look-alikes.
pub(crate) fn appeal_code(randomness: &dyn Randomness) -> String {
    const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    let mut bytes = [0; 20];
    randomness.rng().fill_bytes(&mut bytes);
    let symbol = |byte: &u8| char::from(ALPHABET[usize::from(byte % 32)]);
    bytes
        .chunks(5)
        .map(|group| group.iter().map(symbol).collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}
