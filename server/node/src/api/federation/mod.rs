//! The federation door: other members, known by their certificates. Whatever a member may not see is answered
//! exactly like what doesn't exist.

mod bodies;
mod confirm;
mod digests;
mod documentation;
mod evaluate;
mod info;
mod membership;
mod notify;
mod octets;
pub mod router;
mod seen;
mod status;

pub use documentation::document;
