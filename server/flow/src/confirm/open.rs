use lianfang_digest::ListId;
use lianfang_encoding::{FederationId, PublicKey, Timestamp};
use lianfang_identifier::{Kind, Level};
use lianfang_token::{Token, TokenKeyId, record_key};
use lianfang_wire::record::{Asked, Record, VerifiedRecord, open};

use super::{BESIDE, TOLD};

/// What the asker holds: the token, and what it expects a record to be about.
pub(crate) struct Opener<'a> {
    pub(crate) fed: &'a FederationId,
    pub(crate) list: &'a ListId,
    pub(crate) key_id: TokenKeyId,
    pub(crate) confirm_key: [u8; 32],
    pub(crate) kind: Kind,
    pub(crate) level: Level,
}

impl Opener<'_> {
    /// The records among `sealed` that open with the token, verified; with their signed texts. A false positive opens nothing.
    /// Of a publisher that tells of more entries than it should the rest is left.
    pub(crate) fn open_all(
        &self,
        token: &Token,
        sealed: &[Vec<u8>],
        keys: &[PublicKey],
        now: Timestamp,
    ) -> Vec<(VerifiedRecord, String)> {
        let key = record_key(token, self.fed, &self.list.publisher, &self.key_id);
        let opened = sealed
            .iter()
            .filter_map(|sealed| open(sealed, key.as_bytes(), self.list, self.fed).ok())
            .take(TOLD + BESIDE);
        opened
            .filter_map(|text| match self.verify(&text, keys, now) {
                Some(record) => Some((record, text)),
                None => {
                    tracing::warn!(peer = %self.list.publisher, "a record isn't the one that was asked for");
                    None
                }
            })
            .collect()
    }

    /// Verifies one signed text.
    pub(crate) fn verify(&self, text: &str, keys: &[PublicKey], now: Timestamp) -> Option<VerifiedRecord> {
        let asked = Asked {
            fed: self.fed,
            list: self.list,
            confirm_key: &self.confirm_key,
            key_id: self.key_id,
            kind: self.kind,
            level: self.level,
        };
        Record::verify(text, keys, &asked, now).ok()
    }
}
