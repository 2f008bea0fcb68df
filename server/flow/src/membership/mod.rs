//! Changes of the membership document: founding, inviting, admitting, removing, extending, taking over.

mod adopt;
mod applicant;
mod change;
mod extend;
mod found;
mod invite;
mod issued;
mod reached;
mod renew;
mod view;

#[cfg(test)]
pub(crate) use found::first_keys;
pub use found::{Founded, Founder, found};
pub use issued::{Issued, issued};
pub use reached::host_of;
pub use view::MembershipView;
