use std::collections::BTreeSet;
use std::sync::Arc;

use lianfang_domain::lifecycle::{Circumstances, Refusal, apply, begins_deadline};
use lianfang_encoding::{Audience, Timestamp};
use lianfang_store as store;
use lianfang_store::{EntryUpdate, StoreError, UpdateError};
use lianfang_wire::ProblemType;
use lianfang_wire::entry::{Entry, NewEvent};
use lianfang_wire::vocabulary::{BasisType, EventType};
use uuid::Uuid;

use super::record::{AUDITED, EventPayload};
use super::view::state_of;
use crate::durable::durable_step;
use crate::watch::heard_of_own;
use crate::{Actor, FlowError, Node};

/// What moves an entry.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) event: NewEvent,
    /// When it was decided, which may lie before the entry's clock ran out.
    pub(crate) at: Timestamp,
    /// It is dated no earlier, whatever this node's clock says.
    pub(crate) since: Timestamp,
    /// What had come before and when, without an event of its own.
    pub(crate) after: Option<(EventType, Timestamp)>,
}

impl Step {
    /// Readers count a deadline from the time of the event, which lies before no decision that begins one. All else is dated by
    /// this node's clock, since the peers', by which it was decided, may be wrong.
    pub(super) fn decided(event: NewEvent, at: Timestamp) -> Self {
        let since = match begins_deadline(event.kind) {
            true => at,
            false => Timestamp::default(),
        };
        Self {
            event,
            at,
            since,
            after: None,
        }
    }
}

/// Entries whose time was over.
#[derive(Default)]
struct Moved {
    entries: usize,
    told: BTreeSet<Audience>,
}

/// In whose feed what becomes of an entry has a place; in none when it is local.
pub(crate) fn told(row: &store::EntryRow) -> Option<Audience> {
    row.local_reason.is_none().then(|| row.audience.clone())
}

impl Node {
    /// Moves an entry whose revision is still `if_match`.
    ///
    /// # Errors
    /// [`FlowError::Stale`] with the present entry, an illegal transition, or not found.
    pub async fn apply_event(
        self: &Arc<Self>,
        actor: &Actor,
        id: Uuid,
        if_match: u64,
        new: NewEvent,
    ) -> Result<Entry, FlowError> {
        self.apply_event_to(actor, id, Some(if_match), new).await
    }

    /// Moves an entry whatever its revision is.
    ///
    /// # Errors
    /// Those of [`Node::apply_event`], but for the first.
    pub async fn apply_event_anyway(
        self: &Arc<Self>,
        actor: &Actor,
        id: Uuid,
        new: NewEvent,
    ) -> Result<Entry, FlowError> {
        self.apply_event_to(actor, id, None, new).await
    }

    async fn apply_event_to(
        self: &Arc<Self>,
        actor: &Actor,
        id: Uuid,
        if_match: Option<u64>,
        new: NewEvent,
    ) -> Result<Entry, FlowError> {
        if new.kind == EventType::Created {
            return Err(FlowError::because(
                ProblemType::IllegalTransition,
                "An entry is created by POST /v1/entries, once.",
            ));
        }
        let line = self.audit_row(actor, "apply_event", id.to_string(), AUDITED, new.kind.as_str());
        let (node, name) = (Arc::clone(self), actor.name.clone());
        let work = async move {
            // Nobody decides on what was told to have changed since the backup that this node was restored from.
            node.repeat_what_was_said().await?;
            let step = node.decided_now(new).await?;
            let row = match node.move_entry(name, id, if_match, step, Some(line)).await {
                Ok(row) => row,
                Err(refused) => return Err(node.naming_successor(id, refused).await),
            };
            node.entries_changed(&told(&row).into_iter().collect());
            Ok(row)
        };
        self.entry_view(&self.gateway.to_the_end(work).await?)
    }

    async fn decided_now(&self, event: NewEvent) -> Result<Step, FlowError> {
        let at = self.deciding_time(event.kind).await?;
        Ok(Step::decided(event, at))
    }

    /// Writes down that entries whose time is over have expired, unless this node's clock is in doubt: what counts is computed
    /// at reading anyway, and what was written down stays. Returns how many there were.
    ///
    /// # Errors
    /// When the store fails, and while this node's entries may be older than what it has said of them.
    pub async fn expire_entries(self: &Arc<Self>) -> Result<usize, FlowError> {
        self.check_repeated()?;
        let now = self.now();
        let due = self
            .gateway
            .store(move |store| store.entries_due(now, 10_000))
            .await?;
        if due.is_empty() || !self.may_rely_on_clock().await? {
            return Ok(0);
        }
        let mut moved = Moved::default();
        let outcome = self.expire(due, now, &mut moved).await;
        // Those that have moved are published, whatever became of the others.
        if moved.entries > 0 {
            self.entries_changed(&moved.told);
        }
        outcome.map(|()| moved.entries)
    }

    async fn expire(
        self: &Arc<Self>,
        due: Vec<store::EntryRow>,
        now: lianfang_encoding::Timestamp,
        moved: &mut Moved,
    ) -> Result<(), FlowError> {
        for row in due {
            let state = state_of(&row)?.effective(now, row.expires_at.unwrap_or(now));
            let kind = match state {
                lianfang_wire::vocabulary::StateName::Released => EventType::Released,
                lianfang_wire::vocabulary::StateName::Expired => EventType::Expired,
                _ => continue,
            };
            let event = NewEvent {
                kind,
                reason: Some("its time was over".to_owned()),
                reference: None,
            };
            let step = Step::decided(event, now);
            match self
                .move_entry("node".to_owned(), row.id, Some(row.revision), step, None)
                .await
            {
                Ok(row) => {
                    moved.entries += 1;
                    moved.told.extend(told(&row));
                }
                // Somebody moved it first; the next run looks again.
                Err(FlowError::Stale(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    /// Moves an entry.
    pub(crate) async fn move_entry(
        self: &Arc<Self>,
        actor: String,
        id: Uuid,
        revision: Option<u64>,
        step: Step,
        audit: Option<store::AuditRow>,
    ) -> Result<store::EntryRow, FlowError> {
        self.check_standing()?;
        let (node, kind) = (Arc::clone(self), step.event.kind);
        let now = self.now();
        let outcome = self
            .gateway
            .raw(move |store| {
                let change = |row: &store::EntryRow| {
                    let update = node.change(row, &actor, &step)?;
                    Ok(EntryUpdate { audit, ..update })
                };
                store.update_entry(id, revision, now, change, node.as_ref())
            })
            .await?;
        match outcome {
            Ok(row) => {
                durable_step("entry_moved");
                self.tally.entries_moved(kind, 1);
                self.watch_status(&self.id, &[heard_of_own(&row)]).await;
                Ok(row)
            }
            Err(UpdateError::NotFound) => Err(FlowError::NotFound),
            Err(UpdateError::Stale { current }) => {
                Err(FlowError::Stale(Box::new(self.entry_view(&current)?)))
            }
            Err(UpdateError::Refused(error)) => Err(error),
            Err(UpdateError::Store(error)) => {
                if error == StoreError::Unavailable {
                    // It may have been carried out, and only the answer to its commit lost.
                    self.watch_anew();
                    self.entries_created();
                }
                Err(error.into())
            }
        }
    }

    pub(super) fn change(
        &self,
        row: &store::EntryRow,
        actor: &str,
        step: &Step,
    ) -> Result<EntryUpdate, FlowError> {
        let basis = u8::try_from(row.basis).ok().and_then(BasisType::from_number);
        let basis = basis.ok_or(FlowError::Internal("an entry's basis isn't known"))?;
        let circumstances = |now| Circumstances {
            now,
            basis,
            expires: row.expires_at.unwrap_or(Timestamp::MAX),
        };
        let (mut state, new) = (state_of(row)?, &step.event);
        if let Some((kind, at)) = step.after {
            state = apply(state, kind, circumstances(at)).map_err(refused)?;
        }
        let state = apply(state, new.kind, circumstances(step.at)).map_err(refused)?;
        let payload = EventPayload {
            entry: row.id,
            actor: actor.to_owned(),
            reason: new.reason.clone(),
            reference: new.reference.clone(),
        };
        let deadline = state.deadline();
        let event = store::NewEvent {
            event_type: i16::from(new.kind.number()),
            deadline: deadline.map(|deadline| deadline.due),
            rule: deadline.map(|deadline| i16::from(deadline.rule.number())),
            payload: payload.to_bytes(),
        };
        let unchanged = EntryUpdate::of(row, event);
        Ok(EntryUpdate {
            state: i16::from(state.name().number()),
            state_data: serde_json::to_string(&state).unwrap_or_default(),
            ends: state.name().is_terminal(),
            since: unchanged.since.max(step.since),
            ..unchanged
        })
    }
}

fn refused(refusal: Refusal) -> FlowError {
    FlowError::because(ProblemType::IllegalTransition, refusal.to_string())
}
