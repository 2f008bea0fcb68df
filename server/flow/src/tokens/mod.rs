//! From canonical identifiers to tokens (PROTOCOL.md §2): cache first, then t members of the committee.

mod ask;
mod cache;
mod tokenise;

pub(crate) use cache::TokenCache;
pub(crate) use tokenise::{Subject, TokenOutcome};
