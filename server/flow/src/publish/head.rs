//! The signed head of a list, chained to the one before.

use std::collections::BTreeSet;

use lianfang_digest::{
    Base, BodyRef, Dummies, DummySecret, Header, Kind, ListId, RecordCounts, RulesDigest, Seed, SignedHead,
    gcs, max_confirm_bits, state_hash,
};
use lianfang_encoding::{Timestamp, Transcript};
use lianfang_store::{HeadRow, ListRecord, TokenRow};
use lianfang_token::{Token, TokenKeyId, confirm_key};

use super::spool::Spooled;
use crate::{FlowError, Node};

/// A base or delta ready to be published.
pub(super) struct Draft {
    pub(super) head: SignedHead,
    pub(super) body: Vec<u8>,
    /// Of a delta; a base's are read where its rows are.
    pub(super) records: Vec<ListRecord>,
    /// Different tokens in the list.
    pub(super) tokens: u64,
}

/// What the head of a base says of its rows.
struct Sum {
    /// Different ones, told apart by their first 64 bits: two in a list of a million that share them come about once in
    /// 37 million lists, and cost a dummy.
    tokens: usize,
    confirm_bits: u8,
    rules: BTreeSet<(u16, u8)>,
}

/// What the heads of bases and deltas differ in.
pub(super) struct Content {
    pub(super) kind: Kind,
    pub(super) total: u32,
    pub(super) base_sequence: u64,
    pub(super) body: BodyRef,
    pub(super) state: [u8; 32],
    pub(super) confirm_bits: u8,
    pub(super) rules: Vec<RulesDigest>,
}

impl Node {
    /// Builds base and head over `rows`, which are read twice; CPU work. The records stay where they are.
    pub(super) fn draft(
        &self,
        list: &ListId,
        rows: &mut Spooled,
        before: Option<&HeadRow>,
        now: Timestamp,
    ) -> Result<Draft, FlowError> {
        let fed = self.trust.federation();
        let sum = self.sum(rows)?;
        let secret = self.dummy_secret();
        let seed = Seed::of(&fed).map_err(unbuilt)?;
        let mut unread = None;
        let tokens = rows.rows()?.map_while(|row| match row {
            Ok(row) => Some(row.token),
            Err(error) => {
                unread = Some(error);
                None
            }
        });
        let dummies = Dummies::new(&secret, &fed, list);
        let base = Base::of_distinct(sum.tokens, tokens, &dummies, &seed).map_err(unbuilt)?;
        if let Some(error) = unread {
            return Err(error);
        }
        let body = BodyRef::of(&base.body);
        let content = Content {
            kind: Kind::Base,
            total: base.total,
            base_sequence: self.last_sequence(list, before),
            state: state_hash(&body.sha256, []),
            body,
            confirm_bits: sum.confirm_bits.min(max_confirm_bits(base.total)),
            rules: rules_made(sum.rules),
        };
        Ok(Draft {
            head: self.sign_head(list, content, before, now)?,
            body: base.body,
            records: Vec::new(),
            tokens: sum.tokens as u64,
        })
    }

    /// Reads the rows once.
    fn sum(&self, rows: &mut Spooled) -> Result<Sum, FlowError> {
        let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
        let mut counts = RecordCounts::of_list(count);
        let mut rules = BTreeSet::new();
        let mut tokens = Vec::with_capacity(rows.len());
        for row in rows.rows()? {
            let row = row?;
            counts.add(&self.list_record(&row).confirm_key);
            rules.insert((row.kind, row.norm_version));
            let [a, b, c, d, e, f, g, h, ..] = row.token;
            tokens.push(u64::from_be_bytes([a, b, c, d, e, f, g, h]));
        }
        tokens.sort_unstable();
        tokens.dedup();
        Ok(Sum {
            tokens: tokens.len(),
            confirm_bits: counts.confirm_bits(),
            rules,
        })
    }

    /// Signs the head that follows `before`.
    pub(super) fn sign_head(
        &self,
        list: &ListId,
        content: Content,
        before: Option<&HeadRow>,
        now: Timestamp,
    ) -> Result<SignedHead, FlowError> {
        let (signing, incarnation) = (self.signing()?, self.incarnation());
        let header = Header {
            federation: self.trust.federation(),
            list: list.clone(),
            incarnation,
            audience_version: u32::try_from(self.document().document.version).unwrap_or(u32::MAX),
            token_keys: self.list_keys(list.epoch),
            rules: content.rules,
            kind: content.kind,
            total: content.total,
            sequence: self.last_sequence(list, before) + 1,
            base_sequence: content.base_sequence,
            created: now,
            expires: now + self.settings.digest_life,
            body: content.body,
            previous: before
                .filter(|before| before.incarnation == incarnation)
                .map_or([0; 32], |before| before.head_hash),
            state: content.state,
            confirm_bits: content.confirm_bits,
            signing_key: signing.public().id(),
            extensions: Vec::new(),
        };
        SignedHead::sign(header, signing).map_err(unbuilt)
    }

    /// The highest sequence that anybody has seen of the list.
    fn last_sequence(&self, list: &ListId, before: Option<&HeadRow>) -> u64 {
        before
            .map_or(0, |before| before.sequence)
            .max(self.seen_of_list(list))
    }

    pub(super) fn list_record(&self, row: &TokenRow) -> ListRecord {
        let token = Token::from_bytes(row.token);
        let fed = self.trust.federation();
        ListRecord {
            confirm_key: confirm_key(&token, &fed, &self.id, &TokenKeyId(row.key_id)),
            entry_id: row.entry_id,
            identifier_index: row.identifier_index,
            kind: row.kind,
            level: row.level,
            key_id: row.key_id,
            token_prefix: gcs::prefix(&row.token, gcs::PREFIX_BITS),
        }
    }

    fn list_keys(&self, epoch: u32) -> Vec<[u8; 16]> {
        let document = self.document();
        let keys = document
            .document
            .keys
            .iter()
            .filter(|key| key.fields().epoch == epoch);
        keys.map(|key| *key.key_id().as_bytes())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// Dummies come from a secret that never leaves this node and never changes: dummies mustn't churn.
    pub(super) fn dummy_secret(&self) -> DummySecret {
        DummySecret::new(
            Transcript::new("lianfang/dummy-secret/v1")
                .bytes(self.keys.data.hashing().as_ref())
                .sha256(),
        )
    }
}

pub(super) fn unbuilt(_: lianfang_digest::Refusal) -> FlowError {
    FlowError::Internal("a digest couldn't be built")
}

/// The rules behind the tokens of a list: two versions of a kind while it migrates.
pub(super) fn rules_of(rows: &[TokenRow]) -> Vec<RulesDigest> {
    rules_made(rows.iter().map(|row| (row.kind, row.norm_version)).collect())
}

fn rules_made(made: BTreeSet<(u16, u8)>) -> Vec<RulesDigest> {
    made.into_iter()
        .filter_map(|(kind, norm_version)| {
            let kind = lianfang_identifier::Kind::from_number(kind)?;
            let rules =
                lianfang_identifier::versions(kind).find(|rules| rules.norm_version == norm_version)?;
            Some(RulesDigest {
                kind: kind.number(),
                norm_version,
                digest: rules.rules_digest,
            })
        })
        .collect()
}

impl Draft {
    /// The row to store.
    pub(super) fn row(&self) -> HeadRow {
        let header = self.head.header();
        HeadRow {
            publisher: header.list.publisher.clone(),
            audience: header.list.audience.clone(),
            subject_type: i16::from(header.list.subject_type.number()),
            epoch: header.list.epoch,
            incarnation: header.incarnation,
            sequence: header.sequence,
            kind: kind_of(header.kind),
            head: self.head.to_wire(),
            head_hash: self.head.hash(),
            body_hash: header.body.sha256,
            body_length: header.body.length,
            created: header.created,
            expires: header.expires,
            in_force: true,
            base_sequence: header.base_sequence,
            live: true,
            tokens: Some(self.tokens),
        }
    }
}

/// How the store numbers bases and deltas.
pub(crate) fn kind_of(kind: Kind) -> i16 {
    match kind {
        Kind::Base => HeadRow::BASE,
        Kind::Delta { .. } => HeadRow::DELTA,
    }
}
