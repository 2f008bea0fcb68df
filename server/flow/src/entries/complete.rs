//! What an entry lacked that has stayed with its publisher for it: the same reference brings another one in its place later.

use std::collections::BTreeSet;

use lianfang_domain::{LocalReason, parts_of};
use lianfang_encoding::Timestamp;
use lianfang_store as store;
use lianfang_store::EntryUpdate;
use lianfang_wire::entry::NewEvent;
use lianfang_wire::vocabulary::{EventType, StateName};

use super::apply::Step;
use super::record::EventPayload;
use super::view::{open_body, open_content, state_of};
use crate::Node;

impl Node {
    /// How an entry ends that `posted` takes the place of: one that is active and incomplete, so that nobody has been told of
    /// it, about the same subject, and without anything that `posted` lacks. None for any other.
    pub(super) fn completed_by(
        &self,
        row: &store::EntryRow,
        posted: &store::NewEntry,
    ) -> Option<EntryUpdate> {
        let is_incomplete = row.local_reason.as_deref() == Some(LocalReason::Incomplete.code());
        let state = state_of(row)
            .ok()?
            .effective(self.now(), row.expires_at.unwrap_or(Timestamp::MAX));
        if !is_incomplete || state != StateName::Active || row.subject_type != posted.subject_type {
            return None;
        }
        let before = open_content(&self.keys.data, row).ok()?.entry;
        let after = open_body(&self.keys.data, posted.id, &posted.body_sealed)
            .ok()?
            .entry;
        let is_same_subject =
            BTreeSet::from_iter(self.links.links_of(&before)) == BTreeSet::from_iter(posted.links.clone());
        let mut parts = parts_of(&before).into_iter().zip(parts_of(&after));
        if !is_same_subject || parts.any(|(had, has)| had && !has) {
            return None;
        }
        let by: EventPayload = serde_json::from_slice(&posted.event.payload).ok()?;
        let event = NewEvent {
            kind: EventType::Corrected,
            reason: Some("completed".to_owned()),
            reference: Some(posted.id.to_string()),
        };
        let ended = self
            .change(row, &by.actor, &Step::decided(event, self.now()))
            .ok()?;
        Some(EntryUpdate {
            client_reference: None,
            ..ended
        })
    }
}
