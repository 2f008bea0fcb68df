//! Another data key: what is sealed at rest is sealed anew, part by part, while the node serves.

mod marked;
mod pages;
mod standing;

pub use standing::{DataKeyStatus, inspect_data_keys, settle_data_keys};
