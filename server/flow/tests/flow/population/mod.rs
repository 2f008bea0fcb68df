//! Seeded populations of invented sellers: sanctioned ones, those who come back, and innocents that look alike.
//! Nobody in them exists; every check digit is right.

mod check_digits;
mod dress;
mod gate;
mod neighbours;
mod seller;

pub(crate) use dress::dressed;
pub(crate) use gate::{Gate, Passage};
pub(crate) use neighbours::innocent_beside;
pub(crate) use seller::{Seller, seller};

use rand_chacha::ChaCha20Rng;
use rand_core::RngCore as _;

/// A number below `bound`.
pub(crate) fn below(rng: &mut ChaCha20Rng, bound: u32) -> u32 {
    rng.next_u32() % bound
}

/// One of `all`.
pub(crate) fn one_of<'a, T>(rng: &mut ChaCha20Rng, all: &'a [T]) -> &'a T {
    &all[below(rng, u32::try_from(all.len()).unwrap()) as usize]
}

/// `count` characters of `alphabet`.
pub(crate) fn some(rng: &mut ChaCha20Rng, alphabet: &str, count: usize) -> String {
    let alphabet: Vec<char> = alphabet.chars().collect();
    (0..count).map(|_| *one_of(rng, &alphabet)).collect()
}
