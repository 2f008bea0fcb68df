//! The crate as its users see it: against independent implementations, and against hostile ones.

mod committee;
mod descriptor;
mod frost;
mod hostile;
mod message;
mod properties;
mod voprf;
