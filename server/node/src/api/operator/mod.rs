//! The operator's socket: the platform door's routes without tokens, and administration.

mod budgets;
mod data_key;
mod digests;
mod documentation;
mod explain;
mod members;
mod names;
pub mod router;
mod sync;

pub use documentation::document;
