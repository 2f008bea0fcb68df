//! How much two folded names resemble each other, and why. Only ever for candidates: a resemblance is no identity,
//! and the rules that decide identity are in `schema/identifier`.

mod commonplace;
mod core;
mod parts;
mod resemblance;

/// Rises with every change of what names are searched by.
pub const VERSION: u8 = 1;

pub use core::core_of;
pub use parts::parts_of;
pub use resemblance::{NOTABLE, Resemblance, resemblance};
