//! Everything two nodes, or a node and its users, say to each other: problem documents, the membership
//! document, events, the status feed, sealed records, confirmation, and the messages of the platform door.

pub mod alert;
pub mod budget;
pub mod confirm;
pub mod entry;
pub mod event;
pub mod explanation;
pub mod feed;
pub mod info;
pub mod join;
pub mod jws;
pub mod membership;
pub mod names;
pub mod peer;
pub mod problem;
pub mod receipt;
pub mod record;
mod refusal;
pub mod renewal;
pub mod restore;
pub mod roster;
pub mod screening;
pub mod stix;
pub mod taxii;
pub mod vocabulary;

pub use problem::{Problem, ProblemType};
