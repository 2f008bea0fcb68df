use std::hash::{Hash, Hasher};

use bloomfilter::Bloom as Filter;

use crate::bloom::Seed;
use crate::dummy::Dummies;
use crate::{Refusal, SizeClass, padded};

/// Fills the body of a base with the `bloomfilter` crate, from values that are all our own.
#[derive(Debug)]
pub struct BaseBuilder {
    filter: Filter<Item>,
}

/// A finished base: its body, and the total that its head states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Entries, dummies included.
    pub total: u32,
    pub body: Vec<u8>,
}

impl Base {
    /// Builds the base over `tokens`, padded with dummies to three significant bits.
    ///
    /// # Errors
    /// [`Refusal::Counts`] beyond the largest class.
    pub fn build(tokens: &[[u8; 32]], dummies: &Dummies<'_>, seed: &Seed) -> Result<Self, Refusal> {
        Self::of_distinct(tokens.len(), tokens.iter().copied(), dummies, seed)
    }

    /// Builds the base over `tokens`, which may repeat themselves and of which `distinct` are different.
    ///
    /// # Errors
    /// As [`Base::build`].
    pub fn of_distinct(
        distinct: usize,
        tokens: impl Iterator<Item = [u8; 32]>,
        dummies: &Dummies<'_>,
        seed: &Seed,
    ) -> Result<Self, Refusal> {
        let total = padded(distinct)?;
        let mut builder = BaseBuilder::new(SizeClass::of_total(total)?, seed)?;
        let missing = (total as usize).saturating_sub(distinct);
        for token in tokens.chain(dummies.of_base().take(missing)) {
            builder.insert(&token);
        }
        Ok(Self {
            total,
            body: builder.finish(),
        })
    }
}

impl BaseBuilder {
    /// An empty filter of `class`.
    ///
    /// # Errors
    /// [`Refusal::Counts`] when the crate can't make a filter of this size.
    pub fn new(class: SizeClass, seed: &Seed) -> Result<Self, Refusal> {
        let (bytes, capacity) = (class.bits() / 8, class.capacity());
        Filter::new_with_seed(bytes as usize, capacity as usize, seed.as_bytes())
            .map(|filter| Self { filter })
            .map_err(|_| Refusal::Counts)
    }

    /// Adds a token.
    pub fn insert(&mut self, token: &[u8; 32]) {
        self.filter.set(&Item(*token));
    }

    /// The body: 45 bytes and the bits.
    pub fn finish(self) -> Vec<u8> {
        self.filter.into_bytes()
    }
}

/// Writes only the bytes; the derived `Hash` would put a length of the platform's width in front.
struct Item([u8; 32]);

impl Hash for Item {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write(&self.0);
    }
}
