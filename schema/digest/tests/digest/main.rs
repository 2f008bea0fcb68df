#![expect(clippy::unwrap_used, reason = "a failing fixture is a failing test")]
//! One binary for every integration test of the crate.

mod bloom;
mod bodies;
mod chain;
mod corpus;
mod delta;
mod fixture;
mod heads;
mod vectors;
