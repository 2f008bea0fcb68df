//! The platform door: the platform's own systems and people.

mod access;
mod documentation;
mod entries;
mod etag;
mod items;
mod jwks;
pub mod router;
mod screenings;
mod peers;

pub use access::{Access, By, Login, guard};
pub use documentation::document;
