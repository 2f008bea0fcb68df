//! `Idempotency-Key`: a request that is sent twice under one key is done once and answered twice, for 24 hours.

mod layer;
mod ledger;
mod named;
mod stored;

pub use layer::once;
pub use ledger::{Known, Ledger};
pub use named::Named;
