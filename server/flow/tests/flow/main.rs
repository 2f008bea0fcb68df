//! Whole nodes in one process: real store, real keys, real messages, peers in memory.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on has failed"
)]

mod alerts;
mod audiences;
mod brake;
mod bulk;
mod convergence;
mod conversation;
mod deltas;
mod digests;
mod explain;
mod feed;
mod harness;
mod innocents;
mod links;
mod names;
mod population;
mod rekey;
mod restart;
mod restore;
mod returning;
mod roster;
mod rules;
mod statements;
mod verdicts;
