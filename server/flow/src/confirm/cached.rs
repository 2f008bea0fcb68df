//! What publishers said before, and what of it is still an answer.

use std::sync::Arc;

use lianfang_domain::lifecycle::{Deadline, effective_state, recorded_deadline};
use lianfang_encoding::Timestamp;
use lianfang_store::{CachedAnswer, PeerEntryState, RecordRow};
use lianfang_wire::record::{RecordError, VerifiedRecord};
use lianfang_wire::vocabulary::{DeadlineRule, StateName};

use super::TOLD;
use super::ask::PossibleHit;
use crate::publish::list_key;
use crate::trust::active_member;
use crate::{FlowError, Node};

/// Fewer records are verified faster than another thread takes them.
const AT_ONCE: usize = 8;

/// A state that a publisher has told, and until when.
pub(crate) type Reported = (StateName, Option<Deadline>);

/// A question, and the records that were answered to it with their bytes.
type Answer<'a, T> = (&'a PossibleHit<T>, &'a [(VerifiedRecord, String)]);

/// What a publisher said of a token before.
#[derive(Default, Clone)]
pub(super) struct Cached {
    pub(super) records: Vec<VerifiedRecord>,
    /// Whether it was asked since the list last said something new of the token, and holds what decides now.
    pub(super) is_answer: bool,
    /// Whether other records may have been left out, which together with other tokens could matter.
    pub(super) is_part: bool,
}

/// What is kept of a token, verified.
struct Heard {
    /// Whether all of it was asked for since the list last said something new of the token. Two that ask at once may each
    /// leave rows of their own.
    is_new: bool,
    records: Vec<VerifiedRecord>,
}

impl Node {
    pub(super) async fn cached<T>(
        &self,
        hit: &PossibleHit<T>,
        ends_by: Timestamp,
    ) -> Result<Cached, FlowError> {
        let document = self.document();
        let publisher = active_member(&document.document, &hit.list.id.publisher);
        let Some(publisher) = publisher.filter(|publisher| publisher.id != self.id) else {
            return Ok(Cached::default());
        };
        let (now, fed) = (self.now(), document.federation);
        let hit = hit.untagged();
        let (id, key, list) = (
            publisher.id.clone(),
            hit.opener(&fed).confirm_key,
            list_key(&hit.list.id),
        );
        let rows = self
            .gateway
            .store(move |store| store.cached_records(&id, &key, now))
            .await?;
        let rows: Vec<_> = rows.into_iter().filter(|row| row.list() == list).collect();
        let said_last = hit
            .list
            .said_last(hit.token.as_bytes())
            .max(hit.found_at.unwrap_or_default());
        let keys = publisher.signing_keys.clone();
        let verify = move |rows: Vec<RecordRow>| {
            let opener = hit.opener(&fed);
            let mut heard = Heard {
                is_new: true,
                records: Vec::with_capacity(rows.len()),
            };
            for row in rows {
                let verified = opener.verify(&row.jws, &keys, ends_by);
                // A time ahead is one of a clock that was, and says nothing of what came first.
                heard.is_new &= said_last < row.received_at && row.received_at <= now;
                // One that counts no more, though its finding isn't over, leaves less than the answer.
                heard.is_new &= matches!(verified, Ok(_) | Err(RecordError::Expired));
                heard.records.extend(verified);
            }
            heard
        };
        let heard = match rows.len() {
            0 => return Ok(Cached::default()),
            1..AT_ONCE => verify(rows),
            _ => self.gateway.compute(move || verify(rows)).await?,
        };
        self.judged(heard, ends_by).await
    }

    /// Sorts out what has ended: another entry may stand in its place.
    async fn judged(&self, heard: Heard, ends_by: Timestamp) -> Result<Cached, FlowError> {
        let Heard { is_new, records } = heard;
        let reported = self.reported_since(&records).await?;
        let (is_part, mut has_changed) = (records.len() >= TOLD, false);
        let mut living = Vec::with_capacity(records.len());
        for (record, reported) in records.into_iter().zip(reported) {
            let (state, deadline) = reported.unwrap_or_else(|| (record.state, recorded_deadline(&record)));
            let state = effective_state(state, deadline, ends_by, record.expires);
            has_changed |= state != record.state;
            if !state.is_terminal() {
                living.push(record);
            }
        }
        Ok(Cached {
            // What was left out was weaker than what has changed since.
            is_answer: is_new && !living.is_empty() && !(is_part && has_changed),
            is_part,
            records: living,
        })
    }

    /// What the publisher has last said of each record's entry, unless the record knows better. The item about the very event
    /// that the record shows counts too: it says when the event was, and so when a clock began to run. The records are of
    /// one publisher.
    pub(crate) async fn reported_since(
        &self,
        records: &[VerifiedRecord],
    ) -> Result<Vec<Option<Reported>>, FlowError> {
        let Some(publisher) = records.first().map(|record| record.iss.clone()) else {
            return Ok(Vec::new());
        };
        let entries: Vec<_> = records.iter().map(|record| record.entry).collect();
        let reported = self
            .gateway
            .store(move |store| store.peer_entry_states(&publisher, &entries))
            .await?;
        let newer = |record: &VerifiedRecord| {
            let reported = reported.get(&record.entry);
            reported
                .filter(|reported| reported.seq >= record.seq)
                .and_then(state)
        };
        Ok(records.iter().map(newer).collect())
    }

    /// Keeps what a publisher has answered to some questions in place of what it answered before.
    pub(super) async fn keep_answers<T>(
        self: &Arc<Self>,
        answers: &[Answer<'_, T>],
        asked_at: Timestamp,
    ) -> Result<(), FlowError> {
        let fed = self.trust.federation();
        let answers: Vec<_> = answers
            .iter()
            .filter(|(hit, _)| hit.list.id.publisher != self.id)
            .map(|(hit, records)| answer(hit, hit.opener(&fed).confirm_key, records, asked_at))
            .collect();
        if answers.is_empty() {
            return Ok(());
        }
        self.gateway
            .store(move |store| store.cache_answers(answers))
            .await
    }
}

fn answer<T>(
    hit: &PossibleHit<T>,
    confirm_key: [u8; 32],
    records: &[(VerifiedRecord, String)],
    asked_at: Timestamp,
) -> CachedAnswer {
    let list = list_key(&hit.list.id);
    // An answer ends as a whole: without a record that ended first the others would look like all of it.
    let first = records.iter().map(|(record, _)| record.valid_until).min();
    let rows = records.iter().map(|(record, jws)| RecordRow {
        publisher: list.publisher.clone(),
        confirm_key,
        audience: list.audience.clone(),
        subject_type: list.subject_type,
        epoch: list.epoch,
        entry_id: record.entry,
        jws: jws.clone(),
        valid_until: first.unwrap_or(record.valid_until),
        received_at: asked_at,
    });
    CachedAnswer {
        records: rows.collect(),
        list,
        confirm_key,
    }
}

fn state(reported: &PeerEntryState) -> Option<Reported> {
    let name = StateName::from_number(u8::try_from(reported.state).ok()?)?;
    let rule = reported
        .rule
        .and_then(|rule| u8::try_from(rule).ok())
        .and_then(DeadlineRule::from_number);
    let deadline = reported.deadline.zip(rule);
    Some((name, deadline.map(|(due, rule)| Deadline { due, rule })))
}
