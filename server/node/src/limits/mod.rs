//! Bounds on rates, time and open files. Bounds on bodies live with their extractors in `api`.

mod files;
mod rate;
mod transfers;

pub use files::raise_open_files;
pub use rate::{RateLimit, TooMany};
pub use transfers::Transfers;
