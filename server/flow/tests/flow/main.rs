//! Whole nodes in one process: real store, real keys, real messages, peers in memory.

mod audiences;
mod conversation;
mod digests;
mod harness;
mod restart;
mod verdicts;
