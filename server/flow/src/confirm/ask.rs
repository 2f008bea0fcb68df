//! The asker's side: cached records first, then one request per list for at most 16 prefixes.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianfang_digest::{ListId, max_confirm_bits};
use lianfang_domain::lifecycle::{Deadline, effective_state, recorded_deadline};
use lianfang_encoding::{NodeId, Timestamp};
use lianfang_identifier::{Kind, Level};
use lianfang_peer::PeerError;
use lianfang_store::{PeerEntryState, RecordRow};
use lianfang_token::{Token, TokenKeyId, confirm_key};
use lianfang_wire::confirm::{ConfirmRequest, ConfirmResponse, MAX_PREFIXES, Prefix};
use lianfang_wire::record::VerifiedRecord;
use lianfang_wire::vocabulary::{DeadlineRule, StateName};
use tracing::Instrument as _;

use super::open::Opener;
use crate::index::HeldList;
use crate::publish::list_key;
use crate::traced::{TRACE, count};
use crate::trust::active_member;
use crate::{FlowError, Node};

/// A token that a list may hold.
#[derive(Clone)]
pub(crate) struct PossibleHit<T> {
    pub(crate) list: Arc<HeldList>,
    pub(crate) token: Arc<Token>,
    pub(crate) key_id: TokenKeyId,
    pub(crate) kind: Kind,
    pub(crate) level: Level,
    /// When the roster was last found to hold it: what its publisher was asked before is no answer then.
    pub(crate) found_at: Option<Timestamp>,
    pub(crate) tag: T,
}

/// What became of one possible hit.
pub(crate) enum Confirmation<T> {
    /// The publisher's records; none for a false positive.
    Answered(NodeId, Vec<VerifiedRecord>, T),
    /// The publisher couldn't be asked. With what it said before there may have come something else.
    Unavailable(Vec<VerifiedRecord>, T),
}

/// What a publisher said of a token before.
#[derive(Default)]
struct Cached {
    records: Vec<VerifiedRecord>,
    /// Whether it was asked since the list last said something new of the token.
    is_answer: bool,
}

/// A possible hit to be asked about, and what was said of it before.
type Open<T> = (PossibleHit<T>, Vec<VerifiedRecord>);

impl Node {
    /// Confirms every possible hit with its publisher.
    pub(crate) async fn confirm_hits<T: Clone>(
        self: &Arc<Self>,
        hits: Vec<PossibleHit<T>>,
    ) -> Result<Vec<Confirmation<T>>, FlowError> {
        let span = tracing::info_span!(target: TRACE, "records", lianfang.possible_hits = count(&hits));
        self.confirm_each(hits).instrument(span).await
    }

    async fn confirm_each<T: Clone>(
        self: &Arc<Self>,
        hits: Vec<PossibleHit<T>>,
    ) -> Result<Vec<Confirmation<T>>, FlowError> {
        let mut results = Vec::with_capacity(hits.len());
        let mut open: BTreeMap<ListId, Vec<Open<T>>> = BTreeMap::new();
        for hit in hits {
            let cached = self.cached(&hit).await?;
            if cached.is_answer {
                let publisher = hit.list.id.publisher.clone();
                results.push(Confirmation::Answered(publisher, cached.records, hit.tag));
            } else {
                let open = open.entry(hit.list.id.clone()).or_default();
                open.push((hit, cached.records));
            }
        }
        for hits in open.into_values() {
            for batch in hits.chunks(MAX_PREFIXES) {
                self.ask_publisher(batch, &mut results).await?;
            }
        }
        Ok(results)
    }

    async fn cached<T>(&self, hit: &PossibleHit<T>) -> Result<Cached, FlowError> {
        let document = self.document();
        let Some(publisher) = active_member(&document.document, &hit.list.id.publisher) else {
            return Ok(Cached::default());
        };
        if publisher.id == self.id {
            return Ok(Cached::default());
        }
        let now = self.now();
        let opener = self.opener(hit, &document.federation);
        let (id, key) = (publisher.id.clone(), opener.confirm_key);
        let rows = self
            .gateway
            .store(move |store| store.cached_records(&id, &key, now))
            .await?;
        let said_last = hit
            .list
            .said_last(hit.token.as_bytes())
            .max(hit.found_at.unwrap_or_default());
        let (mut since, mut before) = (Vec::new(), Vec::new());
        for row in rows {
            let Some(record) = opener.verify(&row.jws, &publisher.signing_keys, now) else {
                continue;
            };
            if !self.has_ended(&record).await? {
                let said = if row.received_at > said_last {
                    &mut since
                } else {
                    &mut before
                };
                said.push(record);
            }
        }
        let is_answer = !since.is_empty();
        Ok(Cached {
            records: if is_answer { since } else { before },
            is_answer,
        })
    }

    /// Whether the entry behind a record has ended, by what its publisher last said or by time. What has ended is no
    /// answer: another entry may stand in its place.
    async fn has_ended(&self, record: &VerifiedRecord) -> Result<bool, FlowError> {
        let reported = self.reported_since(record).await?;
        let (state, deadline) = reported.unwrap_or_else(|| (record.state, recorded_deadline(record)));
        Ok(effective_state(state, deadline, self.now(), record.expires).is_terminal())
    }

    /// What the publisher has last said of a record's entry, unless the record knows better. The item about the very event
    /// that the record shows counts too: it says when the event was, and so when a clock began to run.
    pub(crate) async fn reported_since(
        &self,
        record: &VerifiedRecord,
    ) -> Result<Option<(StateName, Option<Deadline>)>, FlowError> {
        let (publisher, entry) = (record.iss.clone(), record.entry);
        let reported = self
            .gateway
            .store(move |store| store.peer_entry_state(&publisher, entry))
            .await?;
        let newer = reported.filter(|reported| reported.seq >= record.seq);
        Ok(newer.and_then(|reported| state(&reported)))
    }

    fn opener<'a, T>(&self, hit: &'a PossibleHit<T>, fed: &'a lianfang_encoding::FederationId) -> Opener<'a> {
        Opener {
            fed,
            list: &hit.list.id,
            key_id: hit.key_id,
            confirm_key: confirm_key(&hit.token, fed, &hit.list.id.publisher, &hit.key_id),
            kind: hit.kind,
            level: hit.level,
        }
    }

    async fn ask_publisher<T: Clone>(
        self: &Arc<Self>,
        batch: &[Open<T>],
        results: &mut Vec<Confirmation<T>>,
    ) -> Result<(), FlowError> {
        let Some((first, _)) = batch.first() else {
            return Ok(());
        };
        let (publisher, asked_at) = (first.list.id.publisher.clone(), self.now());
        match self.request(batch).await {
            Ok(sealed) => {
                for (hit, _) in batch {
                    results.push(Confirmation::Answered(
                        publisher.clone(),
                        self.open_and_cache(hit, &sealed, asked_at).await?,
                        hit.tag.clone(),
                    ));
                }
            }
            Err(error) => {
                tracing::warn!(peer = %publisher, error = %error, "a publisher gave no confirmation");
                let before = batch.iter().cloned();
                results.extend(before.map(|(hit, said)| Confirmation::Unavailable(said, hit.tag)));
            }
        }
        Ok(())
    }

    /// Asks with prefixes that hide which record is meant; a list that would make them too long isn't asked.
    async fn request<T>(self: &Arc<Self>, batch: &[Open<T>]) -> Result<Vec<Vec<u8>>, PeerError> {
        let Some((first, _)) = batch.first() else {
            return Ok(Vec::new());
        };
        let (list, bits) = (&first.list.id, first.list.confirm_bits);
        if bits > max_confirm_bits(first.list.total) {
            return Err(PeerError::Malformed);
        }
        let fed = self.trust.federation();
        let mut prefixes: Vec<_> = batch
            .iter()
            .map(|(hit, _)| Prefix::of(&self.opener(hit, &fed).confirm_key, bits))
            .collect();
        prefixes.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
        prefixes.dedup();
        let request = ConfirmRequest {
            list: list.clone(),
            confirm_bits: bits,
            prefixes,
        };
        let response: ConfirmResponse = if list.publisher == self.id {
            self.confirm(&self.id, request)
                .await
                .map_err(|error| PeerError::Refused(Box::new(error.problem())))?
        } else {
            self.peers.confirm(&list.publisher, &request).await?
        };
        response
            .records
            .iter()
            .map(|record| STANDARD.decode(record).map_err(|_| PeerError::Malformed))
            .collect()
    }

    async fn open_and_cache<T>(
        &self,
        hit: &PossibleHit<T>,
        sealed: &[Vec<u8>],
        asked_at: Timestamp,
    ) -> Result<Vec<VerifiedRecord>, FlowError> {
        let document = self.document();
        let now = self.now();
        let Some(publisher) = active_member(&document.document, &hit.list.id.publisher) else {
            return Ok(Vec::new());
        };
        let opener = self.opener(hit, &document.federation);
        let opened = opener.open_all(&hit.token, sealed, &publisher.signing_keys, now);
        let key = list_key(&hit.list.id);
        let rows: Vec<_> = opened
            .iter()
            .filter(|_| publisher.id != self.id)
            .map(|(record, jws)| RecordRow {
                publisher: publisher.id.clone(),
                confirm_key: opener.confirm_key,
                audience: key.audience.clone(),
                subject_type: key.subject_type,
                epoch: key.epoch,
                entry_id: record.entry,
                jws: jws.clone(),
                valid_until: record.valid_until,
                received_at: asked_at,
            })
            .collect();
        self.gateway
            .store(move |store| rows.into_iter().try_for_each(|row| store.cache_record(row)))
            .await?;
        Ok(opened.into_iter().map(|(record, _)| record).collect())
    }
}

fn state(reported: &PeerEntryState) -> Option<(StateName, Option<Deadline>)> {
    let name = StateName::from_number(u8::try_from(reported.state).ok()?)?;
    let rule = reported
        .rule
        .and_then(|rule| u8::try_from(rule).ok())
        .and_then(DeadlineRule::from_number);
    Some((
        name,
        reported
            .deadline
            .zip(rule)
            .map(|(due, rule)| Deadline { due, rule }),
    ))
}
