//! Client of a Lianfang node, for a platform's own systems: record entries, screen applicants,
//! watch who trades already, look at peers.
//!
//! ```no_run
//! use lianfang_sdk::{Client, Trust};
//! use lianfang_sdk::wire::screening::NewScreening;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let authority = std::fs::read_to_string("authority.pem")?;
//! let token = std::fs::read_to_string("token")?;
//! let node = Client::https("https://lianfang.internal:7444", token.trim(), &Trust::authorities([authority]))?;
//!
//! let applicant: NewScreening = serde_json::from_str(
//!     r#"{"purpose":"onboarding","subject":{"type":"seller",
//!         "identifiers":[{"kind":"cn_uscc","value":"91350100M000100Y43","verified":true}]}}"#,
//! )?;
//! let answer = node.screen(&applicant).await?;
//! println!("{} (complete: {})", answer.verdict, answer.complete);
//! # Ok(())
//! # }
//! ```
//!
//! Whoever may open a node's socket uses [`Client::operator`] and needs no token. Every refusal carries the node's
//! problem document ([`Error::Refused`]).

mod admin;
mod alerts;
mod client;
mod entries;
mod error;
mod peers;
mod roster;
mod screenings;
mod trust;

pub use alerts::{AlertQuery, AlertStream};
pub use client::Client;
pub use entries::EntryQuery;
pub use error::Error;
pub use lianfang_wire as wire;
pub use trust::Trust;
