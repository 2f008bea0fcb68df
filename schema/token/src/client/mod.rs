//! The client's half: blind a batch, verify what each server answers, combine t answers.

mod blind;
mod finalize;
mod verify;

pub use blind::{Blinded, padded_len};
pub use verify::{VerifiedEvaluation, verify_evaluation};
