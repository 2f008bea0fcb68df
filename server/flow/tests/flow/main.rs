//! Whole nodes in one process: real store, real keys, real messages, peers in memory.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on has failed"
)]

mod alerts;
mod audiences;
mod conversation;
mod digests;
mod harness;
mod restart;
mod roster;
mod verdicts;
