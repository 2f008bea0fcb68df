use std::collections::BTreeMap;
use std::sync::Arc;

use lianfang_domain::brake::{Seen, WINDOW_DAYS, brake};
use lianfang_encoding::{NodeId, Timestamp};
use lianfang_store::{AuditRow, BrakeDay, Store};
use lianfang_wire::peer::BrakeDecision;
use lianfang_wire::problem::Violation;
use lianfang_wire::vocabulary::BrakeAction;
use tokio::task::JoinHandle;

use super::counters::Counted;
use crate::peers::quarantined;
use crate::randomness::timed_id;
use crate::{Actor, FlowError, Node};

impl Node {
    /// Counts a subject that was looked up by so many tokens and what publishers hit of it; a flood is looked at without
    /// waiting for the minute.
    pub(crate) fn count_hits(self: &Arc<Self>, tokens: u64, hits: &BTreeMap<NodeId, Seen>) {
        if self.counters.count(1, tokens, hits) {
            let node = Arc::clone(self);
            tokio::spawn(async move {
                if let Err(error) = node.apply_brake().await {
                    tracing::warn!(error = %error, "the brake couldn't be applied");
                }
            });
        }
    }

    /// Writes down what was counted and quarantines publishers whose hits call for it. Returns how many there were.
    ///
    /// # Errors
    /// When the store fails; what was counted since the last run is lost then.
    pub async fn apply_brake(&self) -> Result<usize, FlowError> {
        let Counted {
            looked_up,
            tokens,
            publishers: mut hits,
        } = self.counters.take();
        if looked_up == 0 && hits.is_empty() {
            return Ok(0);
        }
        let index = self.index.load_full();
        let lists_of = |publisher: &NodeId| {
            let lists = index.lists().iter();
            lists.filter(|list| list.id.publisher == *publisher).count() as u64
        };
        let document = self.document();
        let members = document
            .document
            .members
            .iter()
            .filter(|member| member.is_active());
        let publishers: Vec<_> = members
            .map(|member| member.id.clone())
            .filter(|id| *id != self.id)
            .collect();
        let seen: Vec<_> = publishers
            .into_iter()
            .map(|publisher| {
                let seen = Seen {
                    looked_up,
                    lookups: tokens * lists_of(&publisher),
                    ..hits.remove(&publisher).unwrap_or_default()
                };
                (publisher, seen)
            })
            .collect();
        let sums = self.add(seen).await?;
        let held_back = quarantined(&self.peer_rows().await?);
        let mut braked = 0;
        for (publisher, sum) in sums {
            let reason = brake(sum, &self.settings.brake);
            if let Some(reason) = reason.filter(|_| !held_back.contains(&publisher)) {
                self.quarantine(&publisher, reason.code()).await?;
                braked += 1;
            }
        }
        Ok(braked)
    }

    /// A person's decision about a publisher, with the reason, into the audit log. A release starts the counts anew and
    /// begins to fetch what waited, which may take as long as a sync: that is what it returns.
    ///
    /// # Errors
    /// [`FlowError::NotFound`] when it isn't another active member.
    pub async fn decide_brake(
        self: &Arc<Self>,
        actor: &Actor,
        publisher: &NodeId,
        decision: BrakeDecision,
    ) -> Result<Option<JoinHandle<()>>, FlowError> {
        let document = self.document();
        let known = crate::trust::active_member(&document.document, publisher).is_some();
        if !known || *publisher == self.id {
            return Err(FlowError::NotFound);
        }
        if decision.reason.contains('\0') {
            let broken = Violation::new("/reason", "no NUL", "say why, in words");
            return Err(FlowError::Invalid(vec![broken]));
        }
        let now = self.now();
        let line = AuditRow {
            id: timed_id(self.randomness.as_ref(), now),
            at: now,
            actor: actor.name.clone(),
            action: "brake".to_owned(),
            object: publisher.to_string(),
            purpose: decision.reason,
            outcome: decision.action.to_string(),
        };
        let (node, peer) = (Arc::clone(self), publisher.clone());
        let decide = async move {
            let decided = peer.clone();
            let decide = move |store: &Store| match decision.action {
                BrakeAction::Quarantine => store.hold_back(&decided, now, line),
                BrakeAction::Release => store.release(&decided, first_day(now), now, line),
            };
            node.gateway.store(decide).await?;
            if decision.action == BrakeAction::Quarantine {
                return Ok(None);
            }
            node.counters.forget_hits();
            let releasing = Arc::clone(&node);
            Ok(Some(node.gateway.begin(async move {
                if let Err(error) = releasing.fetch_what_waited(&peer, now).await {
                    tracing::warn!(peer = %peer, error = %error, "what waited for a release couldn't all be taken over");
                }
            })))
        };
        self.gateway.to_the_end(decide).await
    }

    async fn fetch_what_waited(
        self: &Arc<Self>,
        publisher: &NodeId,
        since: Timestamp,
    ) -> Result<(), FlowError> {
        self.sync(Some(publisher.clone()), false).await?;
        self.confirm_later(vec![since]).await?;
        Ok(())
    }

    /// Holds a publisher's digests back until a person has looked.
    pub(crate) async fn quarantine(&self, publisher: &NodeId, code: &'static str) -> Result<(), FlowError> {
        tracing::error!(peer = %publisher, code, "a publisher is held back until somebody has looked");
        let (id, now) = (publisher.clone(), self.now());
        self.gateway
            .store(move |store| store.quarantine_peer(&id, now, code))
            .await
    }

    /// Adds to today's counts and returns each publisher's sum over the window.
    async fn add(&self, seen: Vec<(NodeId, Seen)>) -> Result<Vec<(NodeId, Seen)>, FlowError> {
        let now = self.now();
        let today: Vec<_> = seen
            .into_iter()
            .map(|(id, seen)| (id, on_day(now, seen)))
            .collect();
        self.gateway
            .store(move |store| {
                store.count_brake(&today)?;
                let sum = |(publisher, _): (NodeId, BrakeDay)| {
                    let days = store.brake_days(&publisher, first_day(now))?;
                    Ok((publisher, sum_of(&days)))
                };
                today.into_iter().map(sum).collect()
            })
            .await
    }
}

fn on_day(now: Timestamp, seen: Seen) -> BrakeDay {
    BrakeDay {
        day: day(now),
        looked_up: seen.looked_up,
        hits: seen.hits,
        unfounded: seen.unfounded,
        grown: 0,
        lookups: seen.lookups,
    }
}

fn sum_of(days: &[BrakeDay]) -> Seen {
    days.iter().fold(Seen::default(), |sum, day| Seen {
        looked_up: sum.looked_up + day.looked_up,
        hits: sum.hits + day.hits,
        unfounded: sum.unfounded + day.unfounded,
        lookups: sum.lookups + day.lookups,
    })
}

/// Days since 1970.
pub(crate) fn day(time: Timestamp) -> u64 {
    time.as_micros() / 86_400_000_000
}

/// The first day of the window that ends now.
pub(super) fn first_day(now: Timestamp) -> u64 {
    day(now).saturating_sub(WINDOW_DAYS - 1)
}
