//! The node as a program: doors, jobs, configuration and the command `lianfang`. What a node does lives in
//! `lianfang-flow`; this crate translates between it and the outside.

pub mod auth;
pub mod config;
pub mod http;
pub mod limits;
pub mod metrics;
pub mod problem;
pub mod tls;
pub mod doors;
