//! Confirmation of possible hits (PROTOCOL.md §5): the publisher's side and the asker's side.

mod answer;
mod ask;
mod open;
mod signed;

pub(crate) use ask::{Confirmation, PossibleHit};
pub(crate) use open::Opener;
pub(crate) use signed::SignedRecords;
