//! `Idempotency-Key`: a request that is sent twice under one key is done once and answered twice, for 24 hours.

mod answered;
mod layer;
mod ledger;
mod named;
mod reserved;
mod stored;

pub use layer::once;
pub use ledger::{Known, Ledger};
pub use named::Named;
