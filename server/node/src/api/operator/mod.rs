//! The operator's socket: the platform door's routes without tokens, and administration.

mod digests;
mod members;
pub mod router;
mod sync;
