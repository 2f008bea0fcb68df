//! Every test runs on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a failed step fails the test")]

mod both;
mod brake;
mod credits;
mod digests;
mod digests_taken;
mod entries;
mod failures;
mod feeds;
mod forks;
mod jobs;
mod lost_entries;
mod migrating;
mod migrations;
mod operations;
mod own_links;
mod peers;
mod permissions;
mod regulator_feed;
mod replaced;
mod restated;
mod restores;
mod retention;
mod roster;
mod roster_races;
mod rows;
mod sample;
mod schema;
mod screenings;
mod statements;
mod tokens;
mod trouble;
mod trust;
mod writers;
