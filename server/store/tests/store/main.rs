//! Every test runs on SQLite and on PostgreSQL.

mod both;
mod entries;
mod migrations;
mod sample;
