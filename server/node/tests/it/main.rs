//! The doors from outside, over real sockets.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod backup;
mod command;
mod federation_door;
mod federation_tls;
mod harness;
mod idempotency;
mod jobs;
mod kills;
mod large_bodies;
mod operations_door;
mod operator_door;
mod platform_access;
mod platform_entries;
mod platform_errors;
mod platform_peers;
mod platform_roster;
mod platform_screenings;
mod regulator_door;
mod seen;
mod stopping;
mod trouble;
