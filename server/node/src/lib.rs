//! The node as a program: doors, jobs, configuration and the command `lianfang`. What a node does lives in
//! `lianfang-flow`; this crate translates between it and the outside.

pub mod api;
mod atomic;
pub mod auth;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod data;
pub mod doctor;
pub mod doors;
mod durable;
pub mod http;
pub mod idempotency;
pub mod jobs;
pub mod limits;
pub mod log;
pub mod metrics;
pub mod problem;
pub mod tls;
pub mod traces;
pub mod wiring;
