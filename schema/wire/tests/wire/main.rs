//! Foreign bytes as the fuzz targets of `tests/fuzz` see them.

#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

mod corpus;
mod receipt;
mod refusals;
mod seeds;
