#![expect(clippy::unwrap_used, reason = "a failing fixture is a failing test")]
//! One binary for every integration test of the crate.

mod fixture;
mod images;
mod lookups;
