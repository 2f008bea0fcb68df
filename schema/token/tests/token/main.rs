//! The crate as its users see it: against independent implementations, and against hostile ones.

#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

mod committee;
mod corpus;
mod descriptor;
mod frost;
mod hostile;
mod message;
mod properties;
mod vectors;
mod voprf;
