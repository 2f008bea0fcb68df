//! The rules of a node, pure: time and randomness are arguments, nothing is read or written.

mod audience;
pub mod brake;
mod clock;
mod entry;
pub mod lifecycle;
mod membership;
pub mod names;
mod restated;
pub mod verdict;

pub use audience::{
    Committee, Withheld, audience_exists, audience_members, includes, rule_of, withhold_entry, withhold_kind,
    withhold_local, withhold_seller,
};
pub use clock::{Clock, ClockStanding};
pub use entry::{Finding, LocalReason, MAX_IDENTIFIERS, check_entry, check_subject, is_reference};
pub use membership::{MembershipError, accept_genesis, accept_successor};
pub use restated::{Restated, restated};
