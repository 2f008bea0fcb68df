//! The asker's side: cached records first, then one request per list for at most 16 prefixes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lianfang_digest::{ListId, max_confirm_bits};
use lianfang_domain::verdict::speaks_alone;
use lianfang_encoding::{FederationId, Timestamp};
use lianfang_identifier::{Kind, Level};
use lianfang_peer::PeerError;
use lianfang_token::{Token, TokenKeyId, confirm_key};
use lianfang_wire::ProblemType;
use lianfang_wire::confirm::{ConfirmRequest, ConfirmResponse, MAX_PREFIXES, Prefix};
use lianfang_wire::record::VerifiedRecord;
use tracing::Instrument as _;

use super::cached::Cached;
use super::open::{Opened, Opener};
use crate::index::HeldList;
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
    /// Hits of one subject are asked about together: its publisher tells of entries that several of them speak for.
    pub(crate) subject: usize,
    pub(crate) tag: T,
}

/// What became of one possible hit.
pub(crate) enum Confirmation<T> {
    /// The publisher's records; none for a false positive.
    Answered(Vec<VerifiedRecord>, T),
    /// The publisher's records that count; beside them there is something that doesn't.
    Partly(Vec<VerifiedRecord>, T),
    /// The publisher couldn't be asked. With what it said before there may have come something else.
    Unavailable(Vec<VerifiedRecord>, T),
}

/// A possible hit, and what was said of it before.
type Open<T> = (PossibleHit<T>, Cached);

impl<T> PossibleHit<T> {
    pub(super) fn opener<'a>(&'a self, fed: &'a FederationId) -> Opener<'a> {
        Opener {
            fed,
            list: &self.list.id,
            key_id: self.key_id,
            confirm_key: confirm_key(&self.token, fed, &self.list.id.publisher, &self.key_id),
            kind: self.kind,
            level: self.level,
        }
    }

    /// Whether it could send anybody to a person by itself.
    pub(super) fn speaks_alone(&self) -> bool {
        speaks_alone(self.kind, self.level, self.list.id.subject_type)
    }

    /// The same for another thread.
    pub(super) fn untagged(&self) -> PossibleHit<()> {
        PossibleHit {
            list: Arc::clone(&self.list),
            token: Arc::clone(&self.token),
            key_id: self.key_id,
            kind: self.kind,
            level: self.level,
            found_at: self.found_at,
            subject: self.subject,
            tag: (),
        }
    }
}

/// What a publisher answers to one question.
pub(super) enum Reply {
    /// To each hit.
    Opened(Vec<Opened>),
    /// It has more under the prefixes than one answer holds.
    TooMany,
    Nothing,
}

/// Whether there is any use in asking a publisher on.
pub(super) enum Asked {
    Present,
    Absent,
}

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
        if hits.is_empty() {
            return Ok(results);
        }
        let ends_by = self.ending_time().await?;
        let mut lists: BTreeMap<ListId, BTreeMap<usize, Vec<Open<T>>>> = BTreeMap::new();
        for hit in hits {
            let cached = self.cached(&hit, ends_by).await?;
            let subjects = lists.entry(hit.list.id.clone()).or_default();
            subjects.entry(hit.subject).or_default().push((hit, cached));
        }
        let mut absent = BTreeSet::new();
        for (list, subjects) in lists {
            let (answered, open) = subjects.into_values().partition(|hits| are_answered(hits));
            let answered: Vec<Vec<_>> = answered;
            results.extend(answered.into_iter().flatten().map(of_cached));
            for batch in batches(open) {
                if absent.contains(&list.publisher) {
                    results.extend(batch.into_iter().map(of_cached));
                } else if let Asked::Absent = self.ask_publisher(batch, ends_by, &mut results).await? {
                    absent.insert(list.publisher.clone());
                }
            }
        }
        Ok(results)
    }

    /// Asks about hits of one list: those of several subjects for which one question has room, or all of one subject.
    async fn ask_publisher<T: Clone>(
        self: &Arc<Self>,
        batch: Vec<Open<T>>,
        ends_by: Timestamp,
        results: &mut Vec<Confirmation<T>>,
    ) -> Result<Asked, FlowError> {
        let asked_at = self.now();
        let hits: Vec<_> = batch.iter().map(|(hit, _)| hit).collect();
        let (answers, asked) = self.ask_about(&hits, ends_by).await?;
        let whole = |opened: &&Opened| !opened.has_refused;
        let kept = hits.iter().zip(&answers);
        let kept = kept.filter_map(|(hit, answer)| Some((*hit, &answer.as_ref().filter(whole)?.records[..])));
        self.keep_answers(&kept.collect::<Vec<_>>(), asked_at).await?;
        let confirmed = batch.into_iter().zip(answers);
        results.extend(confirmed.map(|(open, answer)| match answer {
            Some(opened) => of_opened(open, opened),
            None => of_cached(open),
        }));
        Ok(asked)
    }

    /// What a publisher answers to one question about these hits.
    pub(super) async fn question<T>(
        self: &Arc<Self>,
        hits: &[&PossibleHit<T>],
        ends_by: Timestamp,
        asked: &mut Asked,
    ) -> Result<Reply, FlowError> {
        let Some(first) = hits.first().filter(|_| matches!(asked, Asked::Present)) else {
            return Ok(Reply::Nothing);
        };
        match self.request(hits).await {
            Ok(sealed) => self.open(hits, sealed, ends_by).await.map(Reply::Opened),
            Err(PeerError::Refused(problem)) if problem.kind() == Some(ProblemType::ConfirmTooMany) => {
                Ok(Reply::TooMany)
            }
            Err(error) => {
                let publisher = &first.list.id.publisher;
                tracing::warn!(peer = %publisher, error = %error, "a publisher gave no confirmation");
                if error.is_absence() {
                    *asked = Asked::Absent;
                }
                Ok(Reply::Nothing)
            }
        }
    }

    /// Asks with prefixes that hide which record is meant; a list that would make them too long isn't asked.
    async fn request<T>(self: &Arc<Self>, hits: &[&PossibleHit<T>]) -> Result<Vec<Vec<u8>>, PeerError> {
        let Some(first) = hits.first() else {
            return Ok(Vec::new());
        };
        let (list, bits) = (&first.list.id, first.list.confirm_bits);
        if bits > max_confirm_bits(first.list.total) {
            return Err(PeerError::Malformed);
        }
        let fed = self.trust.federation();
        let mut prefixes: Vec<_> = hits
            .iter()
            .map(|hit| Prefix::of(&hit.opener(&fed).confirm_key, bits))
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

    /// The records of each hit among those that were answered to all of them.
    async fn open<T>(
        self: &Arc<Self>,
        hits: &[&PossibleHit<T>],
        sealed: Vec<Vec<u8>>,
        ends_by: Timestamp,
    ) -> Result<Vec<Opened>, FlowError> {
        let document = self.document();
        let publisher = hits.first().map(|hit| &hit.list.id.publisher);
        let Some(publisher) = publisher.and_then(|id| active_member(&document.document, id)) else {
            return Ok(hits.iter().map(|_| Opened::default()).collect());
        };
        let (keys, fed) = (publisher.signing_keys.clone(), document.federation);
        let asked: Vec<_> = hits.iter().map(|hit| hit.untagged()).collect();
        let open = move |hit: PossibleHit<()>| hit.opener(&fed).open_all(&hit.token, &sealed, &keys, ends_by);
        self.gateway.compute_each(asked, open).await
    }
}

/// Whether what was said before is still the answer to all hits of a subject. What may be a part of what there is holds
/// the entries that the tokens of another question spoke for.
fn are_answered<T>(hits: &[Open<T>]) -> bool {
    let is_whole = hits.len() == 1 || hits.iter().all(|(_, cached)| !cached.is_part);
    is_whole && hits.iter().all(|(_, cached)| cached.is_answer)
}

/// What came of asking. Where a record was refused there is something, and nobody knows what it says.
fn of_opened<T>((hit, cached): Open<T>, opened: Opened) -> Confirmation<T> {
    let records: Vec<_> = opened.records.into_iter().map(|(record, _)| record).collect();
    match opened.has_refused {
        false => Confirmation::Answered(records, hit.tag),
        true if records.is_empty() => Confirmation::Unavailable(cached.records, hit.tag),
        true => Confirmation::Partly(records, hit.tag),
    }
}

/// What is known without asking.
fn of_cached<T>((hit, cached): Open<T>) -> Confirmation<T> {
    match cached.is_answer {
        true => Confirmation::Answered(cached.records, hit.tag),
        false => Confirmation::Unavailable(cached.records, hit.tag),
    }
}

/// As many subjects together as one question has room for; who has more hits than that stays alone.
fn batches<T>(subjects: Vec<Vec<Open<T>>>) -> Vec<Vec<Open<T>>> {
    let mut batches: Vec<Vec<Open<T>>> = Vec::new();
    for mut subject in subjects {
        match batches.last_mut() {
            Some(last) if last.len() + subject.len() <= MAX_PREFIXES => last.extend(subject),
            _ => {
                if subject.len() > MAX_PREFIXES {
                    // What says little alone is asked about together, as far as there is room.
                    subject.sort_by_key(|(hit, _)| hit.speaks_alone());
                }
                batches.push(subject);
            }
        }
    }
    batches
}
