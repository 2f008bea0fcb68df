//! The regulator door: a read-only TAXII 2.1 server for members that are regulators, known by their
//! certificates. Whatever a reader may not see is answered exactly like what doesn't exist.

mod answer;
mod collections;
mod discovery;
mod errors;
mod objects;
mod query;
mod reader;
pub mod router;

pub use errors::{as_taxii, in_taxii};
