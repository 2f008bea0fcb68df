//! The platform door: the platform's own systems and people.

mod access;
mod alerts;
mod documentation;
mod entries;
mod etag;
mod events;
mod items;
mod jwks;
mod peers;
mod roster;
pub mod router;
mod screenings;
mod words;

pub use access::{Access, By, Login, Standing, guard};
pub use documentation::document;
