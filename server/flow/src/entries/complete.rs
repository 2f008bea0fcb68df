//! What an entry lacked that has stayed with its publisher for it: the same reference brings it later.

use std::collections::BTreeSet;
use std::sync::Arc;

use lianfang_domain::LocalReason;
use lianfang_encoding::Timestamp;
use lianfang_store as store;
use lianfang_store::EntryUpdate;
use lianfang_wire::ProblemType;
use lianfang_wire::entry::NewEntry;
use lianfang_wire::vocabulary::{EventType, StateName};
use uuid::Uuid;

use super::record::{AUDITED, EventPayload};
use super::view::{Content, open_body, open_content, state_of};
use crate::{Actor, FlowError, Node};

impl Node {
    /// Puts what was posted under the reference of entry `id` in the place of what the entry says, if it was incomplete and is
    /// about the same subject: nobody has been told of it, and it is told from then on if it may be. Whether this call did it,
    /// and not the same request before.
    ///
    /// # Errors
    /// A conflict when it is another entry.
    pub(super) async fn complete_entry(
        self: &Arc<Self>,
        actor: &Actor,
        id: Uuid,
        posted: store::NewEntry,
    ) -> Result<bool, FlowError> {
        let request_hash = posted.request_hash;
        match self.replace_content(actor, id, posted).await {
            Err(FlowError::Problem(ProblemType::Conflict, _)) => {
                let row = self.gateway.store(move |store| store.entry(id)).await?;
                let is_done = row.request_hash == request_hash;
                if is_done { Ok(false) } else { Err(taken()) }
            }
            replaced => replaced.map(|_| true),
        }
    }

    async fn replace_content(
        self: &Arc<Self>,
        actor: &Actor,
        id: Uuid,
        posted: store::NewEntry,
    ) -> Result<store::EntryRow, FlowError> {
        let audit = self.audit_row(actor, "complete_entry", id.to_string(), AUDITED, "done");
        let (node, actor) = (Arc::clone(self), actor.name.clone());
        let work = async move {
            let change = move |node: &Self, row: &store::EntryRow| {
                let update = node.completed(row, actor, posted)?;
                let audit = Some(audit);
                Ok(EntryUpdate { audit, ..update })
            };
            let now = node.now();
            let row = node.update_entry(id, None, now, EventType::Created, change).await;
            node.entries_created();
            row
        };
        self.gateway.to_the_end(work).await
    }

    fn completed(
        &self,
        row: &store::EntryRow,
        actor: String,
        posted: store::NewEntry,
    ) -> Result<EntryUpdate, FlowError> {
        let before = open_content(&self.keys.data, row)?.entry;
        let after = open_body(&self.keys.data, posted.id, &posted.body_sealed)?.entry;
        if !self.is_open(row)? || !self.is_same_subject(&before, &after) {
            return Err(taken());
        }
        let event = store::NewEvent {
            payload: EventPayload::of(row.id, actor).to_bytes(),
            ..posted.event
        };
        Ok(EntryUpdate {
            request_hash: posted.request_hash,
            audience: posted.audience,
            natural_person: posted.natural_person,
            local_reason: posted.local_reason,
            grade: posted.grade,
            category: posted.category,
            basis: posted.basis,
            jurisdiction: posted.jurisdiction,
            decided_at: posted.decided_at,
            expires_at: posted.expires_at,
            body_sealed: self.seal_content(row.id, &Content { entry: after }.to_bytes()?)?,
            ..EntryUpdate::of(row, event)
        })
    }

    fn is_open(&self, row: &store::EntryRow) -> Result<bool, FlowError> {
        let state = state_of(row)?.effective(self.now(), row.expires_at.unwrap_or(Timestamp::MAX));
        Ok(row.local_reason.as_deref() == Some(LocalReason::Incomplete.code()) && state == StateName::Active)
    }

    /// Whether both are found by the same, in the same places: what leads to the one leads to the other then.
    fn is_same_subject(&self, one: &NewEntry, other: &NewEntry) -> bool {
        let found_by = |entry| BTreeSet::from_iter(self.links.links_of(entry));
        one.subject.kind == other.subject.kind && found_by(one) == found_by(other)
    }
}

fn taken() -> FlowError {
    FlowError::because(
        ProblemType::Conflict,
        "This client_reference was used for another entry. Use a new one, or post the same content; only an entry that is \
         active and `incomplete` is completed by posting it again, for the same subject.",
    )
}
