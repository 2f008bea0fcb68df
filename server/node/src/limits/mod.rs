//! Bounds on rates, time and open files. Bounds on bodies live with their extractors in `api`.

mod files;
mod member_shares;
mod rate;

pub use files::raise_open_files;
pub use member_shares::MemberShares;
pub use rate::{RateLimit, TooMany};
