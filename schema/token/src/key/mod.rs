//! What the committee holds: a secret key, its shares, and evaluation with one share.

mod evaluate;
mod polynomial;
mod secret;
mod share;

pub use evaluate::Evaluation;
pub use secret::SecretKey;
pub use share::{KeyShare, VerificationShare};

/// Most shares of one key.
pub const MAX_COMMITTEE: u16 = 64;

/// Whether a key may be shared `threshold` of `members`: an honest majority must be able to evaluate.
pub(crate) fn is_sharing(threshold: u16, members: usize) -> bool {
    let least = usize::from(threshold) * 2;
    threshold >= 1 && members + 1 >= least && members <= usize::from(MAX_COMMITTEE)
}
