//! Asking publishers about possible hits, batched, and later than they were found: who asks when says little about who
//! came into the roster when (PROTOCOL.md §5).

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use lianfang_domain::verdict::{are_several, speaks_alone};
use lianfang_encoding::{NodeId, Timestamp};
use lianfang_store::{Due, HitRow, LONGEST_WAIT, Weight};
use lianfang_wire::record::{Record, VerifiedRecord};
use rand_core::RngCore as _;
use uuid::Uuid;

use super::asked::{Asked, Sorted};
use crate::confirm::Confirmation;
use crate::{FlowError, Node};

/// Publishers that are asked at once.
const PUBLISHERS_AT_ONCE: usize = 8;

impl Node {
    /// When a publisher is asked about hits found now.
    pub(crate) fn time_to_ask(&self) -> Timestamp {
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
        let due = self.due_by(until);
        let first = self.gateway.store(move |store| store.hits_due(due, 1)).await?;
        let runs = stream::iter(first)
            .map(|hit| self.confirm_hits_of(hit.publisher, until))
            // One that takes its time holds up nobody else's.
            .buffer_unordered(PUBLISHERS_AT_ONCE);
        let runs: Vec<_> = runs.collect().await;
        runs.into_iter().sum()
    }

    /// What a clock that was ahead has put off is due by any time.
    fn due_by(&self, until: Timestamp) -> Due {
        let roster = &self.settings.roster;
        Due {
            until,
            beyond: self.now() + LONGEST_WAIT + roster.confirm_delay + roster.confirm_jitter,
        }
    }

    async fn confirm_hits_of(
        self: &Arc<Self>,
        publisher: NodeId,
        until: Timestamp,
    ) -> Result<usize, FlowError> {
        let _turn = self.watch.confirming.take(&publisher).await;
        let due = self.due_by(until);
        let (of, each) = (publisher.clone(), self.settings.roster.confirmations_per_run);
        let due = self
            .gateway
            .store(move |store| store.hits_due_of(&of, due, each))
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
        } = self.sort_hits(publisher, hits).await?;
        let (mut found, mut answers, mut unknown) = (Vec::new(), Vec::new(), BTreeSet::new());
        for confirmation in self.confirm_hits(ask).await? {
            match confirmation {
                Confirmation::Answered(records, asked) => {
                    found.extend(records.into_iter().map(|record| (record, asked.clone())));
                    answers.push(asked);
                }
                Confirmation::Partly(records, asked) => {
                    found.extend(records.into_iter().map(|record| (record, asked.clone())));
                    unknown.insert(asked.row.client_reference);
                    later.extend(asked.hit);
                }
                Confirmation::Unavailable(_, asked) => {
                    unknown.insert(asked.row.client_reference);
                    later.extend(asked.hit);
                }
            }
        }
        for asked in answers {
            match asked.says_little() && unknown.contains(&asked.row.client_reference) {
                true => later.extend(asked.hit),
                false => over.extend(asked.hit),
            }
        }
        let answered = over.len();
        self.open_alerts(found).await?;
        self.finish_run(publisher, over, later).await?;
        Ok(answered)
    }

    /// Opens alerts about what was found of one publisher.
    async fn open_alerts(&self, mut found: Vec<Finding>) -> Result<(), FlowError> {
        // What speaks alone first: to its alert the rest is added.
        found.sort_by_key(|(record, _)| !speaks_alone(record.kind, record.level, record.list.subject_type));
        let mut about: HashMap<_, Vec<_>> = HashMap::new();
        for finding in &found {
            about.entry(about_whom(finding)).or_default().push(finding);
        }
        for finding in &found {
            let (record, asked) = finding;
            let others = about.get(&about_whom(finding)).map_or(&[][..], Vec::as_slice);
            self.confirmed_in_roster(record, asked, weight(finding, others))
                .await?;
        }
        Ok(())
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
}

/// What a record says, and what it was that its publisher was asked about.
type Finding = (VerifiedRecord, Asked);

/// The subject that a finding is about, and the entry.
fn about_whom((record, asked): &Finding) -> (&str, Uuid) {
    (&asked.row.client_reference, record.entry)
}

/// What it says, and about which of the subject's identifiers.
fn said((record, asked): &Finding) -> (&Record, u32) {
    (record, asked.row.identifier_index.into())
}

/// What a finding needs, which `others` about the same entry may give.
fn weight(finding: &Finding, others: &[&Finding]) -> Weight {
    let (record, _) = finding;
    if speaks_alone(record.kind, record.level, record.list.subject_type) {
        return Weight::Alone;
    }
    let others = others.iter().copied();
    let say_more = others.filter(|other| are_several([said(finding), said(other)].into_iter()));
    Weight::Beside(say_more.map(|(_, asked)| asked.found()).collect())
}
