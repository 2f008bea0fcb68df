//! Coming back from a backup (PROTOCOL.md §7). A restored node signs nothing until most of the other members have said,
//! signed, what they had seen of it and granted it its next incarnation; then it goes on above that.

mod afterwards;
mod feeds;
mod hear;
mod incarnation;
mod late;
mod lost;
mod mark;
mod recover;
mod seen;
mod standing;
mod ways;

pub(crate) use mark::{MARK, Mark};
pub use mark::{RestorePlan, mark_restored};
pub use recover::Recovery;
pub(crate) use seen::Claims;
pub(crate) use standing::{Standing, Successors};
