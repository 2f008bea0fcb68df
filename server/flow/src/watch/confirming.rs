//! Asking publishers about possible hits, batched, and later than they were found: who asks when says little about who
//! came into the roster when (PROTOCOL.md §5).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use lianfang_encoding::{NodeId, SubjectType, Timestamp};
use lianfang_identifier::{Kind, Level};
use lianfang_store::{HitRow, MonitoredToken};
use lianfang_token::{Token, TokenKeyId};
use rand_core::RngCore as _;

use crate::confirm::{Confirmation, PossibleHit};
use crate::index::HeldList;
use crate::{FlowError, Node};

/// Hits of a list that isn't in force are kept for so long.
const KEPT: Duration = Duration::from_secs(30 * 86_400);

/// Publishers that are asked at once.
const PUBLISHERS_AT_ONCE: usize = 8;

/// A hit that can be asked about.
#[derive(Clone)]
pub(super) struct Asked {
    pub(super) hit: HitRow,
    pub(super) row: MonitoredToken,
}

/// What is to be done with each hit of a publisher.
#[derive(Default)]
struct Sorted {
    ask: Vec<PossibleHit<Asked>>,
    /// Nothing to ask about any more.
    over: Vec<HitRow>,
    /// Their list isn't in force now, for instance because the publisher is quarantined: kept for later.
    held_back: Vec<HitRow>,
}

impl Node {
    /// When a publisher is asked about hits found now.
    pub(super) fn time_to_ask(&self) -> Timestamp {
        let roster = &self.settings.roster;
        let jitter = u64::try_from(roster.confirm_jitter.as_micros()).unwrap_or(u64::MAX);
        let random = match jitter {
            0 => 0,
            most => self.randomness.rng().next_u64() % most,
        };
        self.now() + roster.confirm_delay + Duration::from_micros(random)
    }

    /// Confirms what is due at each of these times: at once what is due already, the rest in the background.
    pub(crate) async fn confirm_later(self: &Arc<Self>, mut times: Vec<Timestamp>) -> Result<(), FlowError> {
        let now = self.now();
        times.sort_unstable();
        times.dedup();
        let due = times.iter().any(|time| *time <= now);
        for time in times.into_iter().filter(|time| *time > now) {
            let node = Arc::clone(self);
            tokio::spawn(async move {
                tokio::time::sleep(time.since(now)).await;
                if let Err(error) = node.confirm_hits_due(time).await {
                    tracing::error!(error = %error, "hits in the roster couldn't be confirmed; the next run tries again");
                }
            });
        }
        if due {
            self.confirm_hits_due(now).await?;
        }
        Ok(())
    }

    /// Confirms hits due by `until`, of each publisher no more than the operator lets one run ask; the rest keep their
    /// place. Returns how many were answered.
    pub(super) async fn confirm_hits_due(self: &Arc<Self>, until: Timestamp) -> Result<usize, FlowError> {
        let first = self.gateway.store(move |store| store.hits_due(until, 1)).await?;
        let runs = stream::iter(first)
            .map(|hit| self.confirm_hits_of(hit.publisher, until))
            // One that takes its time holds up nobody else's.
            .buffer_unordered(PUBLISHERS_AT_ONCE);
        let runs: Vec<_> = runs.collect().await;
        runs.into_iter().sum()
    }

    async fn confirm_hits_of(
        self: &Arc<Self>,
        publisher: NodeId,
        until: Timestamp,
    ) -> Result<usize, FlowError> {
        let _turn = self.watch.confirming.take(&publisher).await;
        let (of, each) = (publisher.clone(), self.settings.roster.confirmations_per_run);
        let due = self
            .gateway
            .store(move |store| store.hits_due_of(&of, until, each))
            .await?;
        if due.is_empty() {
            return Ok(0);
        }
        self.confirm_with(&publisher, due).await
    }

    async fn confirm_with(
        self: &Arc<Self>,
        publisher: &NodeId,
        hits: Vec<HitRow>,
    ) -> Result<usize, FlowError> {
        if self.holds_back(publisher).await? {
            return self.finish_run(publisher, Vec::new(), hits).await.map(|()| 0);
        }
        let Sorted {
            ask,
            mut over,
            held_back: mut later,
        } = self.sort_hits(hits).await?;
        let mut found = Vec::new();
        for confirmation in self.confirm_hits(ask).await? {
            match confirmation {
                Confirmation::Answered(records, asked) => {
                    over.push(asked.hit.clone());
                    found.extend(records.into_iter().map(|record| (record, asked.clone())));
                }
                Confirmation::Unavailable(_, asked) => later.push(asked.hit),
            }
        }
        let answered = over.len();
        // Identities first: a candidate counts beside one of them only.
        found.sort_by_key(|(_, asked)| asked.row.level);
        for (record, asked) in found {
            self.confirmed_in_roster(&record, &asked).await?;
        }
        self.finish_run(publisher, over, later).await?;
        Ok(answered)
    }

    /// Alerts are open before the hits are forgotten, so that a crash between the two loses nothing.
    async fn finish_run(
        &self,
        publisher: &NodeId,
        over: Vec<HitRow>,
        later: Vec<HitRow>,
    ) -> Result<(), FlowError> {
        let (now, first) = (self.now(), self.settings.roster.retry);
        let outcome = format!("{} answered, {} later", over.len(), later.len());
        self.gateway
            .store(move |store| {
                store.settle_hits(&over)?;
                store.postpone_hits(&later, now, first)
            })
            .await?;
        self.audit_roster(
            &crate::Actor::subject("node"),
            "confirm_roster",
            publisher.to_string(),
            &outcome,
        )
        .await
    }

    async fn sort_hits(&self, hits: Vec<HitRow>) -> Result<Sorted, FlowError> {
        let oldest = self.now() - KEPT;
        let references: Vec<_> = hits.iter().map(|hit| hit.client_reference.clone()).collect();
        let rows = self
            .gateway
            .store(move |store| store.tokens_of_subjects(&references))
            .await?;
        let mut rows: HashMap<_, _> = rows
            .into_iter()
            .map(|row| ((row.client_reference.clone(), row.form, row.key_id), row))
            .collect();
        let index = self.index.load_full();
        let mut sorted = Sorted::default();
        let mut subjects = HashMap::new();
        for hit in hits {
            let place = (hit.client_reference.clone(), hit.form, hit.key_id);
            let row = rows.remove(&place);
            let list = index.lists().iter().find(|list| is_of(&hit, list));
            match (row, list) {
                (Some(row), Some(list)) => {
                    rows.insert(place, row.clone());
                    let next = subjects.len();
                    let subject = *subjects.entry(hit.client_reference.clone()).or_insert(next);
                    match possible(list, hit.clone(), row, subject) {
                        Some(possible) => sorted.ask.push(possible),
                        None => sorted.over.push(hit),
                    }
                }
                (Some(_), None) if hit.found_at > oldest => sorted.held_back.push(hit),
                // The subject has left, or the list hasn't come back.
                _ => sorted.over.push(hit),
            }
        }
        Ok(sorted)
    }
}

fn possible(
    list: &Arc<HeldList>,
    hit: HitRow,
    row: MonitoredToken,
    subject: usize,
) -> Option<PossibleHit<Asked>> {
    Some(PossibleHit {
        list: Arc::clone(list),
        token: Arc::new(Token::from_bytes(row.token)),
        key_id: TokenKeyId(row.key_id),
        kind: Kind::from_number(row.kind)?,
        level: Level::from_number(row.level)?,
        found_at: Some(hit.last_found_at),
        subject,
        tag: Asked { hit, row },
    })
}

fn is_of(hit: &HitRow, list: &HeldList) -> bool {
    let kind = u8::try_from(hit.subject_type)
        .ok()
        .and_then(SubjectType::from_number);
    list.id.publisher == hit.publisher
        && list.id.audience == hit.audience
        && Some(list.id.subject_type) == kind
        && list.id.epoch == hit.epoch
}
