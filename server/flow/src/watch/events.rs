use std::collections::HashMap;

use lianfang_wire::alert::{AlertChange, AlertEvent};
use tokio::sync::watch::Receiver;

use super::alerts::view;
use crate::{Actor, FlowError, Node};

/// The purpose of audit lines about the roster.
pub(super) const AUDITED: &str = "roster";

impl Node {
    /// Up to `limit` changes of alerts after `seq`, oldest first, each with its alert as it is now. None only when none
    /// follows: those whose alerts are forgotten are passed over.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn alert_events(&self, mut seq: u64, limit: usize) -> Result<Vec<AlertEvent>, FlowError> {
        loop {
            let (last, told) = self.alert_events_among(seq, limit).await?;
            match last {
                Some(last) if told.is_empty() => seq = last,
                _ => return Ok(told),
            }
        }
    }

    /// What there is to tell of the next `limit` changes, and the sequence of the last of them.
    async fn alert_events_among(
        &self,
        seq: u64,
        limit: usize,
    ) -> Result<(Option<u64>, Vec<AlertEvent>), FlowError> {
        let (events, alerts) = self
            .gateway
            .store(move |store| {
                let events = store.alert_events_after(seq, limit)?;
                let ids: Vec<_> = events.iter().map(|event| event.alert_id).collect();
                Ok((events, store.alerts_by_id(&ids)?))
            })
            .await?;
        let alerts: HashMap<_, _> = alerts.into_iter().map(|found| (found.0.id, found)).collect();
        let last = events.last().map(|event| event.seq);
        let mut told = Vec::with_capacity(events.len());
        for event in events {
            let change = u8::try_from(event.change).ok().and_then(AlertChange::from_number);
            let (Some(change), Some((row, matches))) = (change, alerts.get(&event.alert_id)) else {
                continue;
            };
            told.push(AlertEvent {
                seq: event.seq,
                change,
                at: event.at,
                alert: view(row, matches)?,
            });
        }
        Ok((last, told))
    }

    /// Sequence of the newest change of an alert; 0 before the first.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn last_alert_event(&self) -> Result<u64, FlowError> {
        self.gateway.store(|store| store.last_alert_event()).await
    }

    /// Wakes its holder whenever alerts may have changed.
    pub fn alert_news(&self) -> Receiver<()> {
        self.watch.news.subscribe()
    }

    pub(super) fn tell_alert_news(&self) {
        self.watch.news.send_replace(());
    }

    /// Writes down who did what with the roster, and that it was for the roster.
    pub(super) async fn audit_roster(
        &self,
        actor: &Actor,
        action: &str,
        object: String,
        outcome: &str,
    ) -> Result<(), FlowError> {
        self.audit(actor, action, object, AUDITED, outcome).await
    }
}
