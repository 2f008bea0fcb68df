//! Whole nodes in one process: real store, real keys, real messages, peers in memory.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on has failed"
)]

mod admission;
mod alerts;
mod audiences;
mod beginnings;
mod bodies;
mod brake;
mod brake_hits;
mod bulk;
mod claims;
mod clocks;
mod committee;
mod committee_short;
mod completed;
mod conversation;
mod corrected;
mod credits;
mod deltas;
mod digests;
mod disk;
mod dropped;
mod dry_run;
mod explain;
mod extension;
mod feed;
mod forks;
mod forms;
mod freshness;
mod further;
#[expect(dead_code, reason = "the simulation in tests/sim uses the rest")]
mod harness;
mod innocents;
mod lapses;
mod late;
mod leftovers;
mod links;
mod memory;
mod names;
mod offers;
#[expect(dead_code, reason = "benches of lianfang-domain use the rest")]
mod population;
mod prefixes;
mod quotas;
mod receipts;
mod recorded;
mod refused;
mod rekey;
mod repeated;
mod restart;
mod restore;
mod restored_states;
mod returning;
mod roster;
mod rules;
mod shards;
mod shared_tokens;
mod signals;
mod slow;
mod statements;
mod statements_of_members;
mod status;
mod too_large;
mod two_processes;
mod verdicts;
