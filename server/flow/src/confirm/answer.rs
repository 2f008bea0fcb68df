//! The publisher's side: every record under the asked prefixes, each sealed to who holds its token.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianfang_digest::{ListId, SignedHead};
use lianfang_domain::includes;
use lianfang_encoding::{NodeId, Timestamp};
use lianfang_identifier::{Kind, Level};
use lianfang_store::{EntryRow, ListRecord, TokenRow};
use lianfang_token::{Token, TokenKeyId, confirm_key, record_key};
use lianfang_wire::ProblemType;
use lianfang_wire::confirm::{ConfirmRequest, ConfirmResponse, MAX_PREFIXES};
use lianfang_wire::entry::NewEntry;
use lianfang_wire::membership::Hash32;
use lianfang_wire::record::{Record, RecordBasis, RecordMeasure, RecordRight, seal};
use lianfang_wire::vocabulary::{Role, StateName};
use uuid::Uuid;

use super::signed::{Place, Version};
use crate::entries::{grade_of, open_content, state_of};
use crate::publish::list_key;
use crate::{FlowError, Node};

/// Most records in one answer; a prefix holds 8 tokens or a few times that, the whole list only when it is tiny.
const MAX_RECORDS: usize = 20_000;

pub(super) struct Found {
    pub(super) record: ListRecord,
    pub(super) token: TokenRow,
}

/// A caller may ask by a head that was the newest so many heads ago.
const RECENT_HEADS: u64 = 64;

impl Node {
    /// Answers a confirmation.
    ///
    /// # Errors
    /// Not found when the list doesn't exist or the caller isn't in its audience: the same answer for both.
    pub async fn confirm(
        self: &Arc<Self>,
        caller: &NodeId,
        request: ConfirmRequest,
    ) -> Result<ConfirmResponse, FlowError> {
        let list = request.list.clone();
        let visible = list.publisher == self.id
            && (*caller == self.id || includes(&self.document().document, &list.audience, caller));
        if !visible {
            return Err(FlowError::NotFound);
        }
        self.check_repeated()?;
        self.check_prefixes(&request).await?;
        let ends_by = self.writing_time().await?;
        let found = self.find_records(request, ends_by).await?;
        let entries = self.entries_of(&found).await?;
        let (node, list) = (Arc::clone(self), Arc::new(list));
        let records = self
            .gateway
            .compute(move || {
                found
                    .iter()
                    .filter_map(|found| node.sealed_record(&list, found, &entries, ends_by))
                    .collect::<Vec<_>>()
            })
            .await?;
        Ok(ConfirmResponse { records })
    }

    /// Every prefix has exactly the length of a currently valid head.
    async fn check_prefixes(&self, request: &ConfirmRequest) -> Result<(), FlowError> {
        let key = list_key(&request.list);
        let now = self.now();
        let heads = self
            .gateway
            .store(move |store| {
                let newest = store.head(&key)?.sequence;
                store.heads_after(&key, newest.saturating_sub(RECENT_HEADS))
            })
            .await?;
        let valid = heads
            .iter()
            .filter(|head| now < head.expires)
            .filter_map(|head| SignedHead::decode(&head.head).ok())
            .any(|head| head.header().confirm_bits == request.confirm_bits);
        let count = request.prefixes.len();
        let different: HashSet<_> = request.prefixes.iter().collect();
        let fits = request
            .prefixes
            .iter()
            .all(|prefix| prefix.has_length(request.confirm_bits));
        if !valid || !fits || count == 0 || count > MAX_PREFIXES || different.len() < count {
            return Err(FlowError::because(
                ProblemType::ConfirmBits,
                "Send 1 to 16 prefixes, none of them twice, each exactly confirm_bits long as in the list's newest head.",
            ));
        }
        Ok(())
    }

    async fn find_records(
        self: &Arc<Self>,
        request: ConfirmRequest,
        ends_by: Timestamp,
    ) -> Result<Vec<Found>, FlowError> {
        let (node, key) = (Arc::clone(self), list_key(&request.list));
        let found = self
            .gateway
            .raw(move |store| {
                let (bits, most) = (u16::from(request.confirm_bits), node.settings.most_read);
                let mut records = Vec::new();
                for prefix in &request.prefixes {
                    // One more than is read tells that there are more.
                    let rows = most + 1 - records.len();
                    records.extend(store.records_under(&key, prefix.as_bytes(), bits, rows)?);
                    if records.len() > most {
                        return Ok(None);
                    }
                }
                let told = node.told(store, records, ends_by)?;
                Ok::<_, FlowError>((told.len() <= MAX_RECORDS).then_some(told))
            })
            .await??;
        // A part of the answer would be a finding left out, which the asker would take for a clear.
        found.ok_or_else(|| {
            FlowError::because(
                ProblemType::ConfirmTooMany,
                "More records stand under these prefixes than one answer holds; ask with fewer prefixes.",
            )
        })
    }

    async fn entries_of(&self, found: &[Found]) -> Result<HashMap<Uuid, EntryRow>, FlowError> {
        let mut ids: Vec<_> = found.iter().map(|found| found.record.entry_id).collect();
        ids.sort();
        ids.dedup();
        let rows = self.gateway.store(move |store| store.entries(&ids)).await?;
        Ok(rows.into_iter().map(|row| (row.id, row)).collect())
    }

    fn sealed_record(
        &self,
        list: &Arc<ListId>,
        found: &Found,
        entries: &HashMap<Uuid, EntryRow>,
        ends_by: Timestamp,
    ) -> Option<String> {
        let row = entries.get(&found.record.entry_id)?;
        let jws = self.signed_record(list, found, row, ends_by)?;
        let fed = self.trust.federation();
        let token = Token::from_bytes(found.token.token);
        let key = record_key(&token, &fed, &self.id, &TokenKeyId(found.record.key_id));
        let sealed = seal(&jws, key.as_bytes(), list, &fed, &mut self.randomness.rng()).ok()?;
        Some(STANDARD.encode(sealed))
    }

    fn signed_record(
        &self,
        list: &Arc<ListId>,
        found: &Found,
        row: &EntryRow,
        ends_by: Timestamp,
    ) -> Option<Arc<str>> {
        let now = self.now();
        let expires = row.expires_at.unwrap_or(Timestamp::MAX);
        let place = Place {
            list: Arc::clone(list),
            confirm_key: found.record.confirm_key,
            entry: row.id,
            identifier_index: found.record.identifier_index,
        };
        let version = Version {
            revision: row.revision,
            audience_seq: row.audience_seq,
            state: state_of(row).ok()?.effective(ends_by, expires),
        };
        if let Some(jws) = self.signed.find(&place, version, now) {
            return Some(jws);
        }
        let content = open_content(&self.keys.data, row).ok()?.entry;
        let record = self.record(list, found, row, (&content, version.state))?;
        let jws: Arc<str> = record.sign(self.signing().ok()?).ok()?.into();
        let until = (now + self.settings.record_life / 2).min(record.valid_until);
        self.signed.put(place, version, Arc::clone(&jws), until);
        Some(jws)
    }

    fn record(
        &self,
        list: &ListId,
        found: &Found,
        row: &EntryRow,
        (content, name): (&NewEntry, StateName),
    ) -> Option<Record> {
        let now = self.now();
        let state = state_of(row).ok()?;
        let violation = content.violation.as_ref()?;
        Some(Record {
            iss: self.id.clone(),
            fed: self.trust.federation(),
            list: list.clone(),
            confirm_key: Hash32(found.record.confirm_key),
            key_id: TokenKeyId(found.record.key_id),
            kind: Kind::from_number(found.record.kind)?,
            level: Level::from_number(found.record.level)?,
            role: u8::try_from(found.token.role).ok().and_then(Role::from_number)?,
            verified: found.token.verified,
            entry: row.id,
            seq: row.audience_seq.unwrap_or_default(),
            state: name,
            category: violation.category,
            right: violation.right.as_ref().map(|right| RecordRight {
                kind: right.kind.clone(),
                number: right.number.clone(),
                jurisdiction: right.jurisdiction.clone(),
            }),
            basis: RecordBasis {
                kind: content.basis.kind,
                jurisdiction: content.basis.jurisdiction.clone(),
                default_judgment: content.basis.default_judgment,
            },
            evidence_grade: grade_of(row),
            measure: RecordMeasure {
                action: content.measure.action,
                jurisdictions: content.measure.jurisdictions.clone(),
            },
            natural_person: content.subject.natural_person,
            derived: !content.derived_from.is_empty(),
            decided: row.decided_at.unwrap_or(row.created_at),
            expires: content.expires,
            deadline: state.deadline().map(|deadline| deadline.due),
            deadline_rule: state.deadline().map(|deadline| deadline.rule),
            disputed: name.is_disputed(),
            issued: now,
            valid_until: self.valid_until(now, content.expires),
            inclusion: None,
            test: false,
        })
    }

    fn valid_until(&self, now: Timestamp, expires: Timestamp) -> Timestamp {
        (now + self.settings.record_life).min(expires)
    }

    /// Brings each record together with the token that its confirmation key was made of: only who holds that one can open it.
    pub(super) fn pair(&self, records: Vec<ListRecord>, tokens: Vec<TokenRow>) -> Vec<Found> {
        type Place = (Uuid, u16, u16, u8, [u8; 16]);
        let fed = self.trust.federation();
        let mut places: HashMap<Place, Vec<TokenRow>> = HashMap::new();
        for token in tokens {
            let place = (
                token.entry_id,
                token.identifier_index,
                token.kind,
                token.level,
                token.key_id,
            );
            places.entry(place).or_default().push(token);
        }
        let with_its_token = |record: ListRecord| {
            let place = (
                record.entry_id,
                record.identifier_index,
                record.kind,
                record.level,
                record.key_id,
            );
            let of_this_record = |row: &&TokenRow| {
                let token = Token::from_bytes(row.token);
                confirm_key(&token, &fed, &self.id, &TokenKeyId(row.key_id)) == record.confirm_key
            };
            let token = places.get(&place)?.iter().find(of_this_record)?.clone();
            Some(Found { record, token })
        };
        records.into_iter().filter_map(with_its_token).collect()
    }
}
