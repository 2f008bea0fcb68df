//! Canonical identifiers to tokens (PROTOCOL.md §2).
//!
//! A token is the first 32 bytes of the RFC 9497 VOPRF output (ristretto255-SHA512, mode 0x01) under a key
//! that exists only as shares, t of n, at a small committee of members. Every member is a client:
//!
//! 1. [`TokenInput`] makes the input bytes of one canonical identifier;
//! 2. [`Blinded::new`] blinds a batch, [`Blinded::pad`] hides its size, and its elements go to t servers as an
//!    [`message::EvalRequest`];
//! 3. each server answers with [`KeyShare::evaluate`], which proves that it used its share;
//! 4. [`Blinded::verify`] checks each answer and [`Blinded::finalize`] combines t of them into [`Token`]s.
//!
//! With n = t = 1 this is plain RFC 9497. The crate does no I/O and takes randomness as an argument.

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
