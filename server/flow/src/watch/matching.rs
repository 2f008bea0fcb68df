use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use lianfang_digest::{Bloom, Delta, ListId, Seed};
use lianfang_screener::Roster;
use lianfang_store::{HitRow, MonitoredToken};
use lianfang_token::Token;

use crate::index::HeldList;
use crate::{FlowError, Node};

/// Something new in a list that is in force already.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub list: ListId,
    pub change: ArrivalChange,
}

/// What is new.
#[derive(Debug, Clone)]
pub enum ArrivalChange {
    /// A base, by the SHA-256 of its body.
    Base { body: [u8; 32] },
    /// What came and went since the base.
    Delta(Delta),
}

impl Node {
    /// Matches the roster against what has arrived, after the index holds it. What can't be matched now is made up for
    /// by the next [`Node::watch_roster`].
    pub async fn watch_arrivals(self: &Arc<Self>, arrived: Vec<Arrival>) {
        if arrived.is_empty() {
            return;
        }
        if let Err(error) = self.match_arrivals(arrived).await {
            self.watch.behind.store(true, Ordering::Release);
            tracing::error!(error = %error, "the roster couldn't be matched; the next run makes up for it");
        }
    }

    async fn match_arrivals(self: &Arc<Self>, arrived: Vec<Arrival>) -> Result<(), FlowError> {
        let runs = self.watched_runs().await?;
        if runs.is_empty() {
            return Ok(());
        }
        let mut hits = Vec::new();
        for Arrival { list, change } in arrived {
            let tokens = match change {
                ArrivalChange::Base { body } => self.match_base(&list, body, runs.clone()).await?,
                ArrivalChange::Delta(delta) => self.match_delta(delta, runs.clone()).await?,
            };
            hits.extend(self.hits_of(&list, tokens).await?);
        }
        self.queue_hits(hits).await
    }

    /// Matches subjects that have just come against everything in force, own lists included.
    pub(super) async fn match_subjects(self: &Arc<Self>, references: Vec<String>) -> Result<(), FlowError> {
        let tokens = self
            .gateway
            .store(move |store| store.tokens_of_subjects(&references))
            .await?;
        let (index, now) = (self.index.load_full(), self.now());
        let hits = self
            .gateway
            .compute(move || {
                let mut hits = Vec::new();
                for row in tokens {
                    // Read as a token, so that it is wiped.
                    let token = Token::from_bytes(row.token);
                    for list in index.lookup(token.as_bytes(), &row.key_id, row.kind, now) {
                        hits.push((list.id.clone(), row.clone()));
                    }
                }
                hits
            })
            .await?;
        let hits = hits.into_iter().map(|(list, row)| self.hit(&list, row)).collect();
        self.queue_hits(hits).await
    }

    async fn match_base(
        self: &Arc<Self>,
        list: &ListId,
        body: [u8; 32],
        runs: Vec<Arc<Roster<Vec<u8>>>>,
    ) -> Result<Vec<[u8; 32]>, FlowError> {
        let held = self.index.load().list(list).cloned();
        let Some(held) = held.filter(|held| *held.base() == body) else {
            // A newer base has taken its place and arrives by itself.
            return Ok(Vec::new());
        };
        let damaged = || FlowError::Internal("a stored digest can't be used");
        let class = held.class;
        let seed = Seed::of(&self.trust.federation()).map_err(|_| damaged())?;
        let bodies = self.bodies.clone();
        self.gateway
            .compute(move || {
                let bytes = bodies.read(&body)?.ok_or_else(damaged)?;
                let base = Bloom::parse(&bytes, class, &seed).map_err(|_| damaged())?;
                Ok(places(&runs, |run, hit| run.match_base(&base, hit)))
            })
            .await?
    }

    async fn match_delta(
        &self,
        delta: Delta,
        runs: Vec<Arc<Roster<Vec<u8>>>>,
    ) -> Result<Vec<[u8; 32]>, FlowError> {
        self.gateway
            .compute(move || places(&runs, |run, hit| run.match_additions(delta.additions(), hit)))
            .await
    }

    /// Whose the matched tokens are, without those that a hit in this list means nothing for.
    async fn hits_of(&self, list: &ListId, tokens: Vec<[u8; 32]>) -> Result<Vec<HitRow>, FlowError> {
        let index = self.index.load_full();
        let Some(held) = index.list(list).cloned() else {
            return Ok(Vec::new());
        };
        if tokens.is_empty() {
            return Ok(Vec::new());
        }
        let rows = self
            .gateway
            .store(move |store| store.owners_of_tokens(&tokens))
            .await?;
        Ok(rows
            .into_iter()
            .filter(|row| counts(&held, row))
            .map(|row| self.hit(list, row))
            .collect())
    }

    fn hit(&self, list: &ListId, row: MonitoredToken) -> HitRow {
        let now = self.now();
        HitRow {
            client_reference: row.client_reference,
            form: row.form,
            key_id: row.key_id,
            publisher: list.publisher.clone(),
            audience: list.audience.clone(),
            subject_type: i16::from(list.subject_type.number()),
            epoch: list.epoch,
            found_at: now,
            due_at: now,
            attempts: 0,
            last_found_at: now,
        }
    }

    /// Queues hits, each publisher's at a time of its own, and sees to it that they are confirmed then.
    async fn queue_hits(self: &Arc<Self>, mut hits: Vec<HitRow>) -> Result<(), FlowError> {
        if hits.is_empty() {
            return Ok(());
        }
        let mut due = HashMap::new();
        for hit in &mut hits {
            hit.due_at = *due
                .entry(hit.publisher.clone())
                .or_insert_with(|| self.time_to_ask());
        }
        self.gateway.store(move |store| store.queue_hits(&hits)).await?;
        for publisher in due.keys() {
            self.brake_by_roster(publisher).await?;
        }
        self.confirm_later(due.into_values().collect()).await
    }
}

fn counts(list: &HeldList, row: &MonitoredToken) -> bool {
    list.token_keys.contains(&row.key_id) && !list.foreign_kinds.contains(&row.kind)
}

/// The tokens that `find` finds in any of the runs.
fn places(
    runs: &[Arc<Roster<Vec<u8>>>],
    mut find: impl FnMut(&Roster<Vec<u8>>, &mut dyn FnMut(usize)),
) -> Vec<[u8; 32]> {
    let mut found = Vec::new();
    for run in runs {
        find(run, &mut |place| found.extend(run.tokens().get(place)));
    }
    found.sort_unstable();
    found.dedup();
    found
}
