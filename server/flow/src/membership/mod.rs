//! Changes of the membership document: founding, inviting, admitting, removing, taking over.

mod adopt;
mod change;
mod found;
mod invite;
mod renew;
mod view;

pub use found::{Founded, Founder, found};
pub use view::MembershipView;
