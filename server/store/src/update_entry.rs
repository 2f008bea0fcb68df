use std::time::Duration;

use diesel::prelude::*;
use lianfang_encoding::Timestamp;
use uuid::Uuid;

use crate::chain::{Chain, PlacedEvent, Subject};
use crate::columns::{count, micros};
use crate::create_entries::{NewEvent, earlier, insert_events, insert_payloads};
use crate::database::{Link, query};
use crate::entries::select_entry;
use crate::regulator_feed::Feed;
use crate::schema::entries;
use crate::{AuditRow, EntryRow, EventSealer, Store, StoreError, audit, own_links};

/// What an entry becomes, and the event that says so. Start from [`EntryUpdate::of`] and set what changes.
#[derive(Debug, Clone)]
pub struct EntryUpdate {
    /// `None` gives the name up.
    pub client_reference: Option<String>,
    pub natural_person: bool,
    pub state: i16,
    pub state_data: String,
    /// `None` shares the entry. An entry that was shared stays in its audience's feed for this event even when
    /// a reason is set, so that the audience learns of its withdrawal.
    pub local_reason: Option<String>,
    pub grade: i16,
    pub category: Option<i16>,
    pub basis: i16,
    pub jurisdiction: String,
    pub decided_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    pub body_sealed: Vec<u8>,
    /// Whether the entry ends with this event, so that no deadline or expiry concerns it any more.
    pub ends: bool,
    pub event: NewEvent,
    /// What is told is dated no earlier than this, nor than what was told of the entry before; the event itself goes by this
    /// node's clock.
    pub since: Timestamp,
    /// The line of the audit log that goes with it, when somebody asked for the change.
    pub audit: Option<AuditRow>,
}

impl EntryUpdate {
    /// Everything as it is in `row`, not ended, with `event`.
    pub fn of(row: &EntryRow, event: NewEvent) -> Self {
        Self {
            client_reference: row.client_reference.clone(),
            natural_person: row.natural_person,
            state: row.state,
            state_data: row.state_data.clone(),
            local_reason: row.local_reason.clone(),
            grade: row.grade,
            category: row.category,
            basis: row.basis,
            jurisdiction: row.jurisdiction.clone(),
            decided_at: row.decided_at,
            expires_at: row.expires_at,
            body_sealed: row.body_sealed.clone(),
            ends: false,
            event,
            since: row.updated_at + Duration::from_micros(1),
            audit: None,
        }
    }
}

/// Why an entry wasn't updated. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError<E> {
    /// No entry has this id.
    #[error("no such entry")]
    NotFound,
    /// Somebody else changed the entry first.
    #[error("the entry has another revision")]
    Stale {
        /// The entry as it is now.
        current: Box<EntryRow>,
    },
    /// The caller's own change refused the entry as it is.
    #[error("the change was refused")]
    Refused(E),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Changes entry `id` if its revision is `expected_revision` (`None`: whatever it is), and writes the event
    /// in the same transaction. `change` sees the entry under lock and decides; it must not call the store.
    ///
    /// # Errors
    /// [`UpdateError::Stale`] with the current entry, [`UpdateError::Refused`] with what `change` returned.
    pub fn update_entry<E>(
        &self,
        id: Uuid,
        expected_revision: Option<u64>,
        now: Timestamp,
        change: impl FnOnce(&EntryRow) -> Result<EntryUpdate, E>,
        sealer: &dyn EventSealer,
    ) -> Result<EntryRow, UpdateError<E>> {
        self.db.write(|link| {
            let mut chain = Chain::lock(link, now, sealer)?;
            let current = select_entry(link, id).map_err(|error| match error {
                StoreError::NotFound => UpdateError::NotFound,
                other => UpdateError::Store(other),
            })?;
            if expected_revision.is_some_and(|expected| expected != current.revision) {
                return Err(UpdateError::Stale {
                    current: Box::new(current),
                });
            }
            let mut update = change(&current).map_err(UpdateError::Refused)?;
            let line = update.audit.take();
            let next = carry_out(link, &mut chain, current, update, now, sealer)?;
            if let Some(line) = line {
                audit::append(link, line)?;
            }
            chain.close(link)?;
            Ok(next)
        })
    }
}

/// Writes what an entry becomes, and the event that says so, which is the next of the chain.
pub(crate) fn carry_out(
    link: &mut Link<'_>,
    chain: &mut Chain<'_>,
    current: EntryRow,
    update: EntryUpdate,
    now: Timestamp,
    sealer: &dyn EventSealer,
) -> Result<EntryRow, StoreError> {
    let subject = Subject {
        entry_id: current.id,
        audience: current.audience.clone(),
        subject_type: current.subject_type,
        category: update.category,
        basis: update.basis,
        expires_at: update.expires_at,
        state: update.state,
        shared: update.local_reason.is_none() || current.local_reason.is_none(),
        since: update.since,
    };
    let ends = update.ends;
    let event = chain.append(link, subject, update.event.clone())?;
    let next = next_revision(current, update, &event);
    let signature = event.sign(sealer)?;
    let object = event.feed_object(&signature, sealer);
    write(link, &next)?;
    if ends {
        own_links::unlink(link, next.id)?;
    }
    insert_events(link, [event.event_row(signature)])?;
    insert_payloads(link, [event.payload_row()])?;
    if let Some(object) = object {
        let mut feed = Feed::lock(link, now)?.knowing(event.said_at());
        feed.add(link, object)?;
        feed.close(link)?;
    }
    Ok(next)
}

fn next_revision(current: EntryRow, update: EntryUpdate, event: &PlacedEvent) -> EntryRow {
    EntryRow {
        client_reference: update.client_reference,
        natural_person: update.natural_person,
        state: update.state,
        state_data: update.state_data,
        revision: current.revision + 1,
        local_reason: update.local_reason,
        grade: update.grade,
        category: update.category,
        basis: update.basis,
        jurisdiction: update.jurisdiction,
        decided_at: update.decided_at,
        expires_at: update.expires_at,
        due_at: if update.ends {
            None
        } else {
            earlier(update.expires_at, event.deadline())
        },
        updated_at: event.said_at(),
        last_seq: event.seq,
        audience_seq: event.audience_seq.or(current.audience_seq),
        body_sealed: update.body_sealed,
        ..current
    }
}

fn write(link: &mut Link<'_>, next: &EntryRow) -> Result<(), StoreError> {
    query!(link, |conn| diesel::update(
        entries::table.find(next.id.as_bytes().as_slice())
    )
    .set((
        entries::client_reference.eq(&next.client_reference),
        entries::natural_person.eq(next.natural_person),
        entries::state.eq(next.state),
        entries::state_data.eq(&next.state_data),
        entries::revision.eq(count(next.revision)),
        entries::local_reason.eq(&next.local_reason),
        entries::grade.eq(next.grade),
        entries::category.eq(next.category),
        entries::basis.eq(next.basis),
        entries::jurisdiction.eq(&next.jurisdiction),
        entries::decided_at.eq(next.decided_at.map(micros)),
        entries::expires_at.eq(next.expires_at.map(micros)),
        entries::due_at.eq(next.due_at.map(micros)),
        entries::updated_at.eq(micros(next.updated_at)),
        entries::last_seq.eq(count(next.last_seq)),
        entries::audience_seq.eq(next.audience_seq.map(count)),
        entries::body_sealed.eq(&next.body_sealed),
    ))
    .execute(conn))?;
    Ok(())
}
