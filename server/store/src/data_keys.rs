use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use rand_core::CryptoRngCore;
use zeroize::Zeroizing;

use crate::{DataKey, SealingError};

/// A node's data keys: the one in force seals, the others open what hasn't been sealed anew yet. Clones share them,
/// so that a rotation is known everywhere at once.
///
/// Keyed hashes (own links, roster forms, hashes of requests) and the secret of dummies come from a secret of their own
/// that no rotation changes: what they stand for can't be found again under another one.
#[derive(Clone)]
pub struct DataKeys {
    ring: Arc<RwLock<Ring>>,
    hashing: Arc<Zeroizing<[u8; 32]>>,
}

struct Ring {
    in_force: u8,
    keys: BTreeMap<u8, DataKey>,
}

impl DataKeys {
    /// One key, in force, and the secret of keyed hashes.
    pub fn new(key: DataKey, hashing: Zeroizing<[u8; 32]>) -> Self {
        let ring = Ring {
            in_force: key.number(),
            keys: BTreeMap::from([(key.number(), key)]),
        };
        Self {
            ring: Arc::new(RwLock::new(ring)),
            hashing: Arc::new(hashing),
        }
    }

    /// A single key that is the secret of keyed hashes too.
    pub fn single(key: DataKey) -> Self {
        let hashing = key.secret().clone();
        Self::new(key, hashing)
    }

    /// Adds a key, which isn't in force yet.
    pub fn add(&self, key: DataKey) {
        self.with(|ring| drop(ring.keys.insert(key.number(), key)));
    }

    /// Seals with another of its keys from now on.
    ///
    /// # Errors
    /// [`SealingError::UnknownKey`].
    pub fn put_in_force(&self, number: u8) -> Result<(), SealingError> {
        self.with(|ring| {
            if ring.keys.contains_key(&number) {
                ring.in_force = number;
                Ok(())
            } else {
                Err(SealingError::UnknownKey)
            }
        })
    }

    /// Wipes a key, unless it is in force.
    pub fn forget(&self, number: u8) {
        self.with(|ring| {
            if ring.in_force != number {
                ring.keys.remove(&number);
            }
        });
    }

    /// The number of the key in force.
    pub fn in_force(&self) -> u8 {
        self.with(|ring| ring.in_force)
    }

    /// The key in force.
    ///
    /// # Errors
    /// [`SealingError::UnknownKey`], which can't be: it is never forgotten.
    pub fn current(&self) -> Result<DataKey, SealingError> {
        self.numbered(self.in_force())
    }

    /// The numbers of the keys that aren't in force.
    pub fn others(&self) -> Vec<u8> {
        self.with(|ring| {
            let numbers = ring.keys.keys().copied();
            numbers.filter(|number| *number != ring.in_force).collect()
        })
    }

    /// The secret of keyed hashes.
    pub fn hashing(&self) -> &Zeroizing<[u8; 32]> {
        &self.hashing
    }

    /// [`DataKey::seal`] with the key in force.
    ///
    /// # Errors
    /// Those of [`DataKey::seal`].
    pub fn seal(
        &self,
        table: &str,
        id: &[u8],
        plain: &[u8],
        rng: &mut impl CryptoRngCore,
    ) -> Result<Vec<u8>, SealingError> {
        self.current()?.seal(table, id, plain, rng)
    }

    /// [`DataKey::open`] with the key whose number is in front.
    ///
    /// # Errors
    /// Those of [`DataKey::open`].
    pub fn open(&self, table: &str, id: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealingError> {
        let number = sealed.first().ok_or(SealingError::Forged)?;
        self.numbered(*number)?.open(table, id, sealed)
    }

    fn numbered(&self, number: u8) -> Result<DataKey, SealingError> {
        self.with(|ring| ring.keys.get(&number).cloned())
            .ok_or(SealingError::UnknownKey)
    }

    fn with<T>(&self, look: impl FnOnce(&mut Ring) -> T) -> T {
        look(&mut self.ring.write().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for DataKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataKeys({} in force)", self.in_force())
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn what_the_old_key_sealed_opens_until_the_old_key_is_forgotten() {
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let keys = DataKeys::single(DataKey::generate(1, &mut rng).unwrap());
        let hashing = keys.hashing().clone();
        let clone = keys.clone();
        let old = keys.seal("entries", b"id", b"plain", &mut rng).unwrap();
        keys.add(DataKey::generate(2, &mut rng).unwrap());
        assert_eq!(keys.put_in_force(3), Err(SealingError::UnknownKey));
        keys.put_in_force(2).unwrap();
        let new = clone.seal("entries", b"id", b"plain", &mut rng).unwrap();
        assert_eq!((old[0], new[0], clone.others()), (1, 2, vec![1]));
        for sealed in [&old, &new] {
            assert_eq!(clone.open("entries", b"id", sealed).unwrap().as_slice(), b"plain");
        }
        keys.forget(2);
        keys.forget(1);
        assert_eq!(clone.open("entries", b"id", &old), Err(SealingError::UnknownKey));
        assert!(clone.open("entries", b"id", &new).is_ok());
        assert_eq!(*keys.hashing(), hashing);
    }
}
