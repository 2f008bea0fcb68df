//! Canonical identifiers to tokens (PROTOCOL.md §2).
//!
//! A token is the first 32 bytes of the RFC 9497 VOPRF output (ristretto255-SHA512, mode 0x01) under a key
//! that exists only as shares, t of n, at a small committee of members. Every member is a client:
//!
//! 1. [`TokenInput`] makes the input bytes of one canonical identifier;
//! 2. [`Blinded::new`] blinds a batch, [`Blinded::pad`] hides its size, and its elements go to t servers as an
//!    [`message::EvalRequest`];
//! 3. each server answers with [`KeyShare::evaluate`], which proves that it used its share; a client that is a server too
//!    answers itself with [`Blinded::evaluate`];
//! 4. [`Blinded::verify`] checks each answer and [`Blinded::finalize`] combines t of them into [`Token`]s.
//!
//! With n = t = 1 this is plain RFC 9497. The crate does no I/O and takes randomness as an argument.
//!
//! ```
//! # use lianfang_encoding::{Class, FederationId, Timestamp};
//! # use lianfang_token::{Birth, DescriptorFields, KeyDescriptor};
//! use lianfang_token::{Blinded, SecretKey, TokenInput};
//! # use rand_core::SeedableRng;
//! # let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
//! # let fed = FederationId([1; 16]);
//! # let describe = |secret: &SecretKey, shares: &[lianfang_token::KeyShare]| KeyDescriptor::new(DescriptorFields {
//! #     fed, class: Class::Organisation, epoch: 1, generation: 1, threshold: 2, public_key: secret.public(),
//! #     verification_shares: shares.iter().map(|share| *share.verification_share()).collect(),
//! #     born: Birth { at: Timestamp::from_secs(1), threshold: 2, members: 3 }, transcript: [0; 32],
//! #     valid_from: Timestamp::from_secs(1), valid_until: Timestamp::from_secs(2),
//! # });
//!
//! // A key shared 2 of 3, and its public descriptor.
//! let secret = SecretKey::generate(&mut rng);
//! let shares = secret.share(2, 3, &mut rng)?;
//! let key = describe(&secret, &shares)?;
//!
//! // A client turns an identifier into a token with the help of shares 1 and 3.
//! let input = TokenInput { fed: &fed, kind: 1, norm_version: 1, level: 1, canonical: b"91440300192203821R" };
//! let input = input.to_bytes();
//! let blinded = Blinded::new([input.as_slice()], &mut rng)?.pad(&mut rng);
//! let mut answers = Vec::new();
//! for share in [&shares[0], &shares[2]] {
//!     let answer = share.evaluate(blinded.elements(), &mut rng)?;
//!     answers.push(blinded.verify(share.verification_share(), &answer)?);
//! }
//! let tokens = blinded.finalize(&key, &answers)?;
//! assert_eq!(tokens.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod client;
mod derive;
mod descriptor;
mod element;
mod error;
mod input;
mod key;
mod lagrange;
pub mod message;
mod proof;
#[cfg(test)]
mod rfc9497;
mod suite;
mod token;

pub use client::{Blinded, VerifiedEvaluation, padded_len, verify_evaluation};
pub use derive::{RecordKey, confirm_key, record_key};
pub use descriptor::{Birth, DescriptorError, DescriptorFields, KeyDescriptor};
pub use element::{Element, PublicElement};
pub use error::TokenError;
pub use input::{TokenInput, TokenKeyId};
pub use key::{Evaluation, KeyShare, MAX_COMMITTEE, SecretKey, VerificationShare};
pub use lianfang_encoding::Class;
pub use proof::Proof;
pub use token::Token;

/// Most elements in one batch: one proof and one section of a message cover at most these.
pub const MAX_ELEMENTS: usize = 4096;
