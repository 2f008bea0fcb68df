//! Digest lists (PROTOCOL.md §3): what a publisher shares with the members of an audience so that each of them
//! can ask, at home, whether a token may be on the list.
//!
//! A list is a Bloom **base** and **deltas** of token prefixes. Each comes with a signed [`Header`]; heads
//! form a hash chain. A reader decodes a [`SignedHead`], holds it against its [`Expectation`], fetches the body
//! through a [`BodyVerifier`], and only then uses it. Nothing here does I/O, reads a clock or draws randomness.

mod build;
mod chain;
mod class;
mod confirm;
mod delta;
mod dummy;
mod fork;
mod guard;
mod head;
mod header;
mod list;
mod refusal;
mod shard;
mod stream;
mod sum;

pub mod bloom;
pub mod codec;
pub mod gcs;

pub use bloom::{Bloom, Modulus, Probe, Seed};
pub use build::{Base, BaseBuilder};
pub use chain::{ListState, MAX_DELTA_PREFIXES, MAX_DELTAS, Piece, next_state, state_hash};
pub use class::{HASHES, MAX_CAPACITY, MIN_CAPACITY, SizeClass, padded};
pub use confirm::{RecordCounts, max_confirm_bits};
pub use delta::{Delta, NetChange};
pub use dummy::{Dummies, DummySecret};
pub use fork::Fork;
pub use guard::{Accepted, Expectation, HEAD_SKEW};
pub use head::{SignedHead, VerifiedHead};
pub use header::{BodyRef, Extension, Header, Kind, RulesDigest, SHARD_BITS, TokenKeyId};
pub use lianfang_encoding::SubjectType;
pub use list::ListId;
pub use refusal::Refusal;
pub use shard::{SHARD, ShardTable};
pub use stream::BodyVerifier;
pub use sum::DeltaSum;
