//! What every signed, hashed or keyed input of the protocol rests on (PROTOCOL.md §0): length-prefixed
//! transcripts, names of federations, nodes and audiences, times in microseconds, and strict Ed25519.

#[cfg(feature = "aws-lc")]
mod aws_lc;
mod name;
mod signature;
mod time;
mod transcript;
mod vocabulary;

pub use name::{Audience, FederationId, NameError, NodeId};
pub use signature::{KeyId, PublicKey, Signature, SignatureError, SigningKey};
pub use time::Timestamp;
pub use transcript::{Transcript, sha256};
pub use vocabulary::{Class, SubjectType, UnknownWord};
