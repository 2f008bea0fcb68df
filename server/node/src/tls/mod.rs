//! Who may connect: certificates of the federation's authorities that belong to active members, checked at
//! the handshake and again for every request (PROTOCOL.md §7).

mod connection;
mod credential;
mod material;
mod pins;
mod revocations;
mod server;
mod verifier;

pub use connection::{Connection, remember};
pub use credential::{Credential, Fits, Renewal};
pub use material::{Material, TlsError};
pub use pins::{Admission, CertificateIdentity, Refusal};
pub use revocations::{Revocations, Unrevoked};
pub use server::{federation_config, platform_config};
pub use verifier::PeerVerifier;
