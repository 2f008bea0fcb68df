use std::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, Mac as _};
use lianfang_encoding::{FederationId, NodeId, Transcript};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{Token, TokenKeyId};

/// Under which name a publisher files the record of a token: HMAC-SHA256 keyed with the token over
/// `lp16("lianfang/confirm/v1") ‖ lp16(fed) ‖ lp16(publisher) ‖ lp16(key_id)` (PROTOCOL.md §2). Only prefixes
/// of it leave a node.
pub fn confirm_key(token: &Token, fed: &FederationId, publisher: &NodeId, key_id: &TokenKeyId) -> [u8; 32] {
    let context = context("lianfang/confirm/v1", fed, publisher, key_id);
    keyed(token).chain_update(context).finalize().into_bytes().into()
}

/// The AES-256-GCM key that seals a publisher's record of a token: HKDF-SHA256 without salt, with info
/// `lp16("lianfang/record/v1") ‖ lp16(fed) ‖ lp16(publisher) ‖ lp16(key_id)` (PROTOCOL.md §2). Who doesn't
/// hold the token can't open the record.
pub fn record_key(token: &Token, fed: &FederationId, publisher: &NodeId, key_id: &TokenKeyId) -> RecordKey {
    let info = context("lianfang/record/v1", fed, publisher, key_id);
    let mut key = RecordKey([0; 32]);
    #[expect(clippy::expect_used, reason = "HKDF-SHA256 gives up to 8,160 bytes")]
    Hkdf::<Sha256>::new(None, token.as_bytes())
        .expand(&info, &mut key.0)
        .expect("32 bytes are available");
    key
}

/// Seals and opens records; see [`record_key`]. Zeroized on drop, never shown.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RecordKey([u8; 32]);

impl RecordKey {
    /// The 32 bytes of the AES-256 key.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecordKey(..)")
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn keyed(token: &Token) -> Hmac<Sha256> {
    Hmac::new_from_slice(token.as_bytes()).expect("32 bytes are a key")
}

fn context(label: &str, fed: &FederationId, publisher: &NodeId, key_id: &TokenKeyId) -> Vec<u8> {
    Transcript::new(label)
        .bytes(fed.as_bytes())
        .bytes(publisher.as_str().as_bytes())
        .bytes(key_id.as_bytes())
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(token: u8, fed: u8, publisher: &str, key_id: u8) -> ([u8; 32], [u8; 32]) {
        let (token, fed) = (Token::from_bytes([token; 32]), FederationId([fed; 16]));
        let (publisher, key_id) = (publisher.parse().unwrap(), TokenKeyId([key_id; 16]));
        let record = record_key(&token, &fed, &publisher, &key_id);
        (confirm_key(&token, &fed, &publisher, &key_id), *record.as_bytes())
    }

    #[test]
    fn both_keys_depend_on_token_federation_publisher_and_key() {
        let ours = keys(1, 1, "a", 1);
        assert_ne!(ours.0, ours.1);
        for other in [
            keys(2, 1, "a", 1),
            keys(1, 2, "a", 1),
            keys(1, 1, "b", 1),
            keys(1, 1, "a", 2),
        ] {
            assert_ne!(ours.0, other.0);
            assert_ne!(ours.1, other.1);
        }
    }

    #[test]
    fn debug_shows_no_byte_of_a_record_key() {
        assert_eq!(format!("{:?}", RecordKey([0xab; 32])), "RecordKey(..)");
    }
}
