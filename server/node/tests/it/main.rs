//! The doors from outside, over real sockets.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod backup;
mod batches;
mod command;
mod crowds;
mod doctor;
mod federation_door;
mod federation_tls;
mod harness;
mod hostile_connections;
mod idempotency;
mod imports;
mod jobs;
mod kills;
mod large_bodies;
mod logs;
mod operations_door;
mod operator_door;
mod platform_access;
mod platform_entries;
mod platform_errors;
mod platform_peers;
mod platform_roster;
mod platform_screenings;
mod refused_certificates;
mod refused_tokens;
mod regulator_door;
mod rekey;
mod renewal;
mod revocations;
mod routes;
mod seen;
mod stopping;
mod token_keys;
mod trouble;
mod watching;
