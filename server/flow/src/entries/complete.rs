//! What an entry lacked that has stayed with its publisher for it: the same reference brings another one in its place later.

use std::collections::BTreeSet;
use std::sync::Arc;

use lianfang_domain::{LocalReason, Restated, restated};
use lianfang_encoding::Timestamp;
use lianfang_store as store;
use lianfang_store::{EntryUpdate, Reuse};
use lianfang_wire::ProblemType;
use lianfang_wire::entry::NewEvent;
use lianfang_wire::vocabulary::{EventType, StateName};
use uuid::Uuid;

use super::apply::Step;
use super::record::EventPayload;
use super::view::{open_body, open_content, state_of};
use crate::{FlowError, Node};

/// Why an entry ended in whose place another one came. The event's `reference` names that one.
const COMPLETED: &str = "completed";

impl Node {
    /// Why an entry takes no event, with the entry that has taken its place, if one has: whoever was given this one's id
    /// must not take its end for that of the other.
    pub(super) async fn naming_successor(self: &Arc<Self>, id: Uuid, refused: FlowError) -> FlowError {
        let FlowError::Problem(kind @ ProblemType::IllegalTransition, Some(detail)) = refused else {
            return refused;
        };
        let last = self.timeline(id).await.ok().and_then(|mut events| events.pop());
        let successor = last
            .filter(|event| event.reason.as_deref() == Some(COMPLETED))
            .and_then(|event| event.reference);
        FlowError::because(
            kind,
            match successor {
                Some(successor) => format!(
                    "{detail} It was completed: entry {successor} has taken its place and is what counts. Send the event there."
                ),
                None => detail,
            },
        )
    }

    /// What `posted` comes to under the reference of `row`. An entry that is active and incomplete, so that nobody has been
    /// told of it, makes room for one about the same subject that says what it lacked.
    pub(super) fn reuse(&self, row: &store::EntryRow, posted: &store::NewEntry) -> Reuse {
        match self.restated(row, posted) {
            Some(Restated::Same) => Reuse::Same,
            Some(Restated::More) => self
                .ended_by(row, posted)
                .map_or(Reuse::Other, |ended| Reuse::InPlace(Box::new(ended))),
            Some(Restated::Other) | None => Reuse::Other,
        }
    }

    /// How `posted` compares with an active, incomplete entry about the same subject. None for any other.
    fn restated(&self, row: &store::EntryRow, posted: &store::NewEntry) -> Option<Restated> {
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
        let links = BTreeSet::from_iter(self.links.links_of(&before));
        (links == BTreeSet::from_iter(posted.links.clone())).then(|| restated(&before, &after))
    }

    /// How an entry ends that `posted` takes the place of.
    fn ended_by(&self, row: &store::EntryRow, posted: &store::NewEntry) -> Option<EntryUpdate> {
        let by: EventPayload = serde_json::from_slice(&posted.event.payload).ok()?;
        let event = NewEvent {
            kind: EventType::Corrected,
            reason: Some(COMPLETED.to_owned()),
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
