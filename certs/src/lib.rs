//! The federation's certificate authority and what nodes need around it: node certificates from certificate
//! requests, revocation lists, PKCS#12 archives for browsers and proxies, and key files only their owner can
//! read (PROTOCOL.md §7).
//!
//! PEM text and DER bytes go in and out; no type of the cryptographic library appears in this interface. The
//! clock and the serial number are arguments; private keys come from the library's own generator.
//!
//! ```
//! use std::time::Duration;
//! use lianfang_certs::{Authority, NodeIdentity, NodeKey, Serial, certificate};
//! use lianfang_encoding::{FederationId, Timestamp};
//!
//! let now = Timestamp::from_secs(1_795_000_000);
//! let year = Duration::from_secs(365 * 86_400);
//! let authority = Authority::create("Yangtze marketplaces", 10 * year, now)?;
//!
//! let node: lianfang_encoding::NodeId = "platform-a".parse()?;
//! let key = NodeKey::generate()?;
//! let hosts = vec!["a.example".to_owned(), "127.0.0.1".to_owned()];
//! let request = key.request(&node, &hosts)?;
//!
//! let fed = FederationId::of_genesis(b"the genesis membership document");
//! let identity = NodeIdentity { fed, node, hosts };
//! let serial = Serial::random(&mut rand_core::OsRng);
//! let certificate = authority.issue(&request, &identity, year, now, serial)?;
//!
//! let der = certificate::der(&certificate)?;
//! assert_eq!(certificate::identity(&der)?, (identity.fed, identity.node));
//! assert_eq!(certificate::hosts(&der)?, identity.hosts);
//! assert_eq!(certificate::spki_pin(&der)?, key.spki_pin()?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod archive;
mod authority;
pub mod certificate;
mod error;
mod extensions;
mod host;
pub mod keyfile;
mod node_key;
mod pem;
mod request;
mod revocation;
mod serial;
mod strength;
mod validity;

pub use archive::pkcs12;
pub use authority::{Authority, NodeIdentity};
pub use certificate::{identity, spki_pin};
pub use error::CertError;
pub use node_key::NodeKey;
pub use request::request_pin;
pub use revocation::RevocationList;
pub use serial::Serial;
