//! Bounds on rates and time. Bounds on bodies live with their extractors in `api`.

mod rate;

pub use rate::{RateLimit, TooMany};
