//! Confirmation of possible hits (PROTOCOL.md §5): the publisher's side and the asker's side.

mod answer;
mod ask;
mod cached;
mod open;
mod signed;
mod together;
mod told;

pub(crate) use ask::{Confirmation, PossibleHit};
pub(crate) use open::Opener;
pub(crate) use signed::SignedRecords;

/// Records that decide about one token: an answer that holds as many may have left others out.
const TOLD: usize = 64;
/// Further ones, of entries that other tokens of the same question speak for too.
const BESIDE: usize = 192;
