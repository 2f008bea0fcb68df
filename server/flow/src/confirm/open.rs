use lianfang_digest::ListId;
use lianfang_encoding::{FederationId, PublicKey, Timestamp};
use lianfang_identifier::{Kind, Level};
use lianfang_token::{Token, TokenKeyId, record_key};
use lianfang_wire::record::{Asked, Record, RecordError, VerifiedRecord, open};
use lianfang_wire::vocabulary::Role;

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

/// What was opened with one token.
#[derive(Default)]
pub(crate) struct Opened {
    /// Verified records with their signed texts, one of each entry.
    pub(crate) records: Vec<(VerifiedRecord, String)>,
    /// Whether something was sealed to the token that isn't a record that counts: what it would have said is unknown then.
    pub(crate) has_refused: bool,
}

impl Opened {
    /// Whether other records may have been left out.
    pub(super) fn is_part(&self) -> bool {
        self.records.len() >= TOLD
    }

    /// Adds what was answered to a further question about the same.
    pub(super) fn add(&mut self, also: Self) {
        self.has_refused |= also.has_refused;
        self.records.extend(also.records);
        self.records = one_of_each_entry(std::mem::take(&mut self.records));
    }
}

impl Opener<'_> {
    /// The records among `sealed` that open with the token, verified. A false positive opens nothing.
    /// Of a publisher that tells of more entries than it should the rest is left.
    pub(crate) fn open_all(
        &self,
        token: &Token,
        sealed: &[Vec<u8>],
        keys: &[PublicKey],
        now: Timestamp,
    ) -> Opened {
        let key = record_key(token, self.fed, &self.list.publisher, &self.key_id);
        let texts = sealed
            .iter()
            .filter_map(|sealed| open(sealed, key.as_bytes(), self.list, self.fed).ok())
            .take(TOLD + BESIDE);
        let mut opened = Opened::default();
        for text in texts {
            match self.verify(&text, keys, now) {
                Ok(record) => opened.records.push((record, text)),
                Err(RecordError::Expired) => {}
                Err(error) => {
                    tracing::warn!(peer = %self.list.publisher, error = %error, "a record was refused");
                    opened.has_refused = true;
                }
            }
        }
        opened.records = one_of_each_entry(opened.records);
        opened
    }

    /// Verifies one signed text.
    pub(crate) fn verify(
        &self,
        text: &str,
        keys: &[PublicKey],
        now: Timestamp,
    ) -> Result<VerifiedRecord, RecordError> {
        let asked = Asked {
            fed: self.fed,
            list: self.list,
            confirm_key: &self.confirm_key,
            key_id: self.key_id,
            kind: self.kind,
            level: self.level,
        };
        Record::verify(text, keys, &asked, now)
    }
}

/// An entry may name one identifier in several roles: it tells of it once, as its own and verified before anything else.
fn one_of_each_entry(mut records: Vec<(VerifiedRecord, String)>) -> Vec<(VerifiedRecord, String)> {
    records.sort_by_key(|(record, _)| {
        let is_own = record.role == Role::Own;
        (record.entry, !(is_own && record.verified), !is_own)
    });
    records.dedup_by_key(|(record, _)| record.entry);
    records
}
