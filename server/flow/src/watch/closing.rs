//! Alerts end by themselves when their entries do: by the status feed, by a deadline, or by time.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use lianfang_encoding::{NodeId, Timestamp};
use lianfang_store::{
    AlertFilter, AlertRow, AlertState, EntryChange, EntryRow, PeerStatus, Store, StoreError,
};
use uuid::Uuid;

use super::alerts::state_name;
use crate::entries::state_of;
use crate::{FlowError, Node};

const PAGE: usize = 1_000;

/// What an item of a status feed says, as far as alerts are concerned.
pub(crate) fn heard(item: &PeerStatus) -> EntryChange {
    change(item.entry_id, item.seq, item.state, item.deadline, item.rule)
}

/// What an entry of this node says, as far as alerts in its own roster are concerned.
pub(crate) fn heard_of_own(row: &EntryRow) -> EntryChange {
    let deadline = state_of(row).ok().and_then(|state| state.deadline());
    let rule = deadline.map(|deadline| i16::from(deadline.rule.number()));
    let seq = row.audience_seq.unwrap_or_default();
    change(
        row.id,
        seq,
        row.state,
        deadline.map(|deadline| deadline.due),
        rule,
    )
}

fn change(
    entry_id: Uuid,
    seq: u64,
    state: i16,
    deadline: Option<Timestamp>,
    rule: Option<i16>,
) -> EntryChange {
    let ended = state_name(state).filter(|state| state.is_terminal());
    EntryChange {
        entry_id,
        seq,
        state,
        deadline,
        rule,
        // Every rule there is releases when it lapses.
        lapses_at: deadline,
        ended_by: ended.map(|state| state.as_str().to_owned()),
    }
}

impl Node {
    /// States of a publisher's entries have been heard, own ones included: alerts of ended entries close, the others
    /// show the state, and what a person had cleared is looked at again.
    /// What can't be written down now is made up for by the next [`Node::watch_roster`].
    pub async fn watch_status(self: &Arc<Self>, publisher: &NodeId, entries: &[EntryChange]) {
        if let Err(error) = self.hear(publisher, entries).await {
            self.watch.behind.store(true, Ordering::Release);
            tracing::error!(error = %error, "alerts couldn't hear of their entries; the next run makes up for it");
        }
    }

    async fn hear(self: &Arc<Self>, publisher: &NodeId, entries: &[EntryChange]) -> Result<(), FlowError> {
        if entries.is_empty() {
            return Ok(());
        }
        let (publisher, entries, now) = (publisher.clone(), entries.to_vec(), self.now());
        let outdated = self
            .gateway
            .store(move |store| store.entries_heard(&publisher, &entries, now))
            .await?;
        self.tell_alert_news();
        if outdated.is_empty() {
            return Ok(());
        }
        self.match_subjects(outdated).await
    }

    /// Closes alerts whose entries time itself has ended, unless this node's clock is in doubt: what is closed stays so.
    /// Returns whom they were about: another entry may be about them.
    pub(super) async fn close_ended(&self) -> Result<Vec<String>, FlowError> {
        let now = self.now();
        let ending = self
            .gateway
            .store(move |store| store.alerts_ending(now, 1))
            .await?;
        if ending.is_empty() || !self.may_rely_on_clock().await? {
            return Ok(Vec::new());
        }
        let closed = self
            .gateway
            .store(move |store| {
                let mut closed = Vec::new();
                loop {
                    let ending = store.alerts_ending(now, PAGE)?;
                    let count = ending.len();
                    for alert in ending {
                        if store.close_alert(alert.id, ended_by(&alert), now)? {
                            closed.push(alert.client_reference);
                        }
                    }
                    if count < PAGE {
                        return Ok(closed);
                    }
                }
            })
            .await?;
        if !closed.is_empty() {
            self.tell_alert_news();
        }
        Ok(closed)
    }

    /// Looks in the background at those whose alerts time has just ended.
    pub(super) fn look_again(self: &Arc<Self>, closed: Vec<String>) {
        if closed.is_empty() {
            return;
        }
        let node = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = node.match_subjects(closed).await {
                node.watch.behind.store(true, Ordering::Release);
                tracing::error!(error = %error, "who lost an alert couldn't be matched; the next run makes up for it");
            }
        });
    }

    /// Looks up what is known of an entry that an alert has just been opened about.
    pub(super) async fn hear_of_entry(&self, publisher: NodeId, entry: Uuid) -> Result<(), FlowError> {
        let (own, now) = (self.id.clone(), self.now());
        self.gateway
            .store(move |store| {
                let change = last_heard(store, &own, &publisher, entry)?;
                store.entries_heard(&publisher, change.as_slice(), now).map(drop)
            })
            .await
    }

    /// Looks up what is known of the entry behind every open alert: what a crash kept from being heard is heard now.
    pub(super) async fn hear_again(self: &Arc<Self>) -> Result<(), FlowError> {
        let mut cursor = 0;
        loop {
            let own = self.id.clone();
            let page = self.gateway.store(move |store| {
                let filter = AlertFilter {
                    state: Some(AlertState::Open),
                    client_reference: None,
                };
                let page = store.alerts_page(&filter, cursor, PAGE)?;
                let mut known = Vec::with_capacity(page.len());
                for (alert, _) in page {
                    let change = last_heard(store, &own, &alert.publisher, alert.entry_id)?;
                    known.push((alert.opened_seq, alert.publisher, change));
                }
                Ok(known)
            });
            let page = page.await?;
            let Some((last, ..)) = page.last() else {
                return Ok(());
            };
            cursor = *last;
            for (_, publisher, change) in page {
                self.hear(&publisher, change.as_slice()).await?;
            }
        }
    }
}

fn last_heard(
    store: &Store,
    own: &NodeId,
    publisher: &NodeId,
    entry: Uuid,
) -> Result<Option<EntryChange>, StoreError> {
    if publisher == own {
        return store.entry(entry).map(|row| Some(heard_of_own(&row)));
    }
    let reported = store.peer_entry_state(publisher, entry)?;
    Ok(reported.map(|item| change(item.entry_id, item.seq, item.state, item.deadline, item.rule)))
}

fn ended_by(alert: &AlertRow) -> &'static str {
    if alert.expires_at <= alert.ends_at {
        "expired"
    } else {
        "released"
    }
}
