use std::collections::HashMap;

use diesel::prelude::*;
use lianfang_encoding::{Audience, Timestamp};
use uuid::Uuid;

use crate::batch::{BATCH, insert_rows};
use crate::chain::{Chain, PlacedEvent, Subject};
use crate::columns::{Bytes32, Id};
use crate::database::{Link, query};
use crate::entries::select_entry;
use crate::regulator_feed::Feed;
use crate::schema::{entries, event_payloads, events};
use crate::signing::while_signing;
use crate::update_entry::carry_out;
use crate::{
    AuditRow, EntryRow, EntryUpdate, EventRow, EventSealer, NewLink, OwnLinkRow, PayloadRow, Store,
    StoreError,
};
use crate::{audit, own_links};

/// An entry to be created, with the event that creates it.
#[derive(Debug, Clone)]
pub struct NewEntry {
    /// Random, so that it tells nothing about when (PROTOCOL.md §0).
    pub id: Uuid,
    pub client_reference: Option<String>,
    /// Keyed hash of the request: the same again is answered with what exists, another one is a conflict.
    pub request_hash: [u8; 32],
    pub audience: Audience,
    pub subject_type: i16,
    pub natural_person: bool,
    pub state: i16,
    pub state_data: String,
    /// Why the entry is not shared; `None` shares it.
    pub local_reason: Option<String>,
    pub grade: i16,
    pub category: Option<i16>,
    pub basis: i16,
    pub jurisdiction: String,
    pub decided_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    pub body_sealed: Vec<u8>,
    /// What the entry can be found by when a seller comes back.
    pub links: Vec<NewLink>,
    pub event: NewEvent,
}

/// What an event says, before it has a place in the chain.
#[derive(Debug, Clone)]
pub struct NewEvent {
    pub event_type: i16,
    pub deadline: Option<Timestamp>,
    pub rule: Option<i16>,
    /// The canonical payload in the clear; only the [`EventSealer`] sees it.
    pub payload: Vec<u8>,
}

/// What became of one row of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// Written, with its first event at `seq`.
    New { id: Uuid, seq: u64 },
    /// The same request was written before, as entry `id`.
    Existing { id: Uuid },
    /// The same, in the place of another entry, which has ended and given its `client_reference` up.
    Completed { id: Uuid, seq: u64 },
    /// Another request has this id or `client_reference`; nothing was written for this row.
    Conflict,
}

/// What another request under a `client_reference` that is taken comes to.
pub enum Reuse {
    /// The same again.
    Same,
    /// The entry ends so and gives its reference up, and what was requested takes its place.
    InPlace(Box<EntryUpdate>),
    /// Something else.
    Other,
}

impl Store {
    /// Writes entries and their first events in one transaction, and says in the order of `batch` what became of
    /// each. A row in conflict doesn't keep the others out.
    ///
    /// # Errors
    /// [`StoreError::Sealing`] when `sealer` refuses, and those of any write; nothing is written then.
    pub fn create_entries(
        &self,
        batch: Vec<NewEntry>,
        now: Timestamp,
        sealer: &dyn EventSealer,
    ) -> Result<Vec<Created>, StoreError> {
        self.create_entries_audited(batch, now, sealer, |_, _| Reuse::Other, |_| None)
    }

    /// [`Store::create_entries`] with the line of the audit log that goes with what became of them, in the same
    /// transaction. Where a `client_reference` is an entry's already, `reuse` says what that means.
    ///
    /// # Errors
    /// Those of [`Store::create_entries`].
    pub fn create_entries_audited(
        &self,
        batch: Vec<NewEntry>,
        now: Timestamp,
        sealer: &dyn EventSealer,
        reuse: impl Fn(&EntryRow, &NewEntry) -> Reuse,
        audit: impl FnOnce(&[Created]) -> Option<AuditRow>,
    ) -> Result<Vec<Created>, StoreError> {
        self.db.write(|link| {
            let mut chain = Chain::lock(link, now, sealer)?;
            let mut known = Known::among(link, &batch)?;
            let mut rows = Rows::with_capacity(batch.len());
            let mut outcomes = Vec::with_capacity(batch.len());
            for entry in batch {
                let outcome = match known.holder_of(&entry) {
                    Some((id, hash)) if hash == entry.request_hash => Created::Existing { id },
                    Some((id, _)) if id == entry.id => Created::Conflict,
                    Some((id, _)) => {
                        let holder = rows.written(link, id, now, sealer)?;
                        match reuse(&holder, &entry) {
                            Reuse::Same => Created::Existing { id },
                            Reuse::Other => Created::Conflict,
                            Reuse::InPlace(ended) => {
                                carry_out(link, &mut chain, holder, *ended, now, sealer)?;
                                known.remember(&entry);
                                rows.append(link, &mut chain, entry)?.in_place()
                            }
                        }
                    }
                    None => {
                        known.remember(&entry);
                        rows.append(link, &mut chain, entry)?
                    }
                };
                outcomes.push(outcome);
            }
            rows.insert(link, now, sealer)?;
            if let Some(line) = audit(&outcomes) {
                audit::append(link, line)?;
            }
            chain.close(link)?;
            Ok(outcomes)
        })
    }
}

impl Created {
    fn in_place(self) -> Self {
        match self {
            Self::New { id, seq } => Self::Completed { id, seq },
            other => other,
        }
    }
}

/// Requests that are stored already or come earlier in the same batch.
#[derive(Default)]
struct Known {
    by_id: HashMap<Uuid, [u8; 32]>,
    by_reference: HashMap<String, (Uuid, [u8; 32])>,
}

impl Known {
    fn among(link: &mut Link<'_>, batch: &[NewEntry]) -> Result<Self, StoreError> {
        let mut known = Self::default();
        for chunk in batch.chunks(BATCH) {
            for (id, reference, hash) in stored(link, chunk)? {
                known.add(id.into(), reference, hash.into());
            }
        }
        Ok(known)
    }

    fn remember(&mut self, entry: &NewEntry) {
        self.add(entry.id, entry.client_reference.clone(), entry.request_hash);
    }

    fn add(&mut self, id: Uuid, reference: Option<String>, hash: [u8; 32]) {
        self.by_id.insert(id, hash);
        if let Some(reference) = reference {
            self.by_reference.insert(reference, (id, hash));
        }
    }

    /// The entry that has this one's id or reference, and the hash of its request.
    fn holder_of(&self, entry: &NewEntry) -> Option<(Uuid, [u8; 32])> {
        let by_id = self.by_id.get(&entry.id).map(|hash| (entry.id, *hash));
        let by_reference = || self.by_reference.get(entry.client_reference.as_ref()?).copied();
        by_id.or_else(by_reference)
    }
}

type Stored = (Id, Option<String>, Bytes32);

fn stored(link: &mut Link<'_>, chunk: &[NewEntry]) -> Result<Vec<Stored>, StoreError> {
    let ids: Vec<&[u8]> = chunk.iter().map(|entry| entry.id.as_bytes().as_slice()).collect();
    let references: Vec<&str> = chunk
        .iter()
        .filter_map(|entry| entry.client_reference.as_deref())
        .collect();
    let columns = (entries::id, entries::client_reference, entries::request_hash);
    let mut found: Vec<Stored> = query!(link, |conn| entries::table
        .filter(entries::id.eq_any(&ids))
        .select(columns)
        .load(conn))?;
    found.extend(query!(link, |conn| entries::table
        .filter(entries::client_reference.eq_any(&references))
        .select(columns)
        .load::<Stored>(conn))?);
    Ok(found)
}

/// Entries, and their events in the same order.
#[derive(Default)]
struct Rows {
    entries: Vec<EntryRow>,
    events: Vec<PlacedEvent>,
    links: Vec<OwnLinkRow>,
}

impl Rows {
    fn with_capacity(rows: usize) -> Self {
        Self {
            entries: Vec::with_capacity(rows),
            events: Vec::with_capacity(rows),
            links: Vec::new(),
        }
    }

    fn append(
        &mut self,
        link: &mut Link<'_>,
        chain: &mut Chain<'_>,
        mut entry: NewEntry,
    ) -> Result<Created, StoreError> {
        let subject = Subject {
            entry_id: entry.id,
            audience: entry.audience.clone(),
            subject_type: entry.subject_type,
            category: entry.category,
            basis: entry.basis,
            expires_at: entry.expires_at,
            state: entry.state,
            shared: entry.local_reason.is_none(),
            since: Timestamp::default(),
        };
        let payload = std::mem::take(&mut entry.event.payload);
        let event = chain.append(
            link,
            subject,
            NewEvent {
                payload,
                ..entry.event
            },
        )?;
        let created = Created::New {
            id: entry.id,
            seq: event.seq,
        };
        self.links.extend(own_links::rows_of(entry.id, &entry.links));
        self.entries.push(first_revision(entry, &event));
        self.events.push(event);
        Ok(created)
    }

    /// An entry that is stored, or comes earlier in the same batch.
    fn written(
        &mut self,
        link: &mut Link<'_>,
        id: Uuid,
        now: Timestamp,
        sealer: &dyn EventSealer,
    ) -> Result<EntryRow, StoreError> {
        match select_entry(link, id) {
            Err(StoreError::NotFound) => {
                std::mem::take(self).insert(link, now, sealer)?;
                select_entry(link, id)
            }
            found => found,
        }
    }

    /// What needs no signature is written while the events are signed, and each event as soon as it is.
    fn insert(self, link: &mut Link<'_>, now: Timestamp, sealer: &dyn EventSealer) -> Result<(), StoreError> {
        let Self {
            entries,
            events,
            links,
        } = self;
        while_signing(&events, sealer, |signed| {
            insert_rows!(link, entries::table, entries);
            own_links::insert(link, links)?;
            insert_payloads(link, events.iter().map(PlacedEvent::payload_row))?;
            let mut feed = Feed::lock(link, now)?;
            let mut unsigned = events.iter();
            for signatures in signed {
                let signatures = signatures?;
                let part = || unsigned.as_slice().iter().zip(&signatures);
                let objects = part().filter_map(|(event, signature)| event.feed_object(signature, sealer));
                feed.add_new(link, objects.collect())?;
                let rows = part().map(|(event, signature)| event.event_row(signature.clone()));
                insert_events(link, rows)?;
                unsigned = unsigned
                    .as_slice()
                    .get(signatures.len()..)
                    .unwrap_or_default()
                    .iter();
            }
            feed.close(link)?;
            match unsigned.len() {
                0 => Ok(()),
                _ => Err(StoreError::Sealing),
            }
        })
    }
}

pub(crate) fn insert_events(
    link: &mut Link<'_>,
    rows: impl IntoIterator<Item = EventRow>,
) -> Result<(), StoreError> {
    insert_rows!(link, events::table, rows);
    Ok(())
}

pub(crate) fn insert_payloads(
    link: &mut Link<'_>,
    rows: impl IntoIterator<Item = PayloadRow>,
) -> Result<(), StoreError> {
    insert_rows!(link, event_payloads::table, rows);
    Ok(())
}

pub(crate) fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}

fn first_revision(entry: NewEntry, event: &PlacedEvent) -> EntryRow {
    EntryRow {
        id: entry.id,
        client_reference: entry.client_reference,
        request_hash: entry.request_hash,
        audience: entry.audience,
        subject_type: entry.subject_type,
        natural_person: entry.natural_person,
        state: entry.state,
        state_data: entry.state_data,
        revision: 1,
        local_reason: entry.local_reason,
        grade: entry.grade,
        category: entry.category,
        basis: entry.basis,
        jurisdiction: entry.jurisdiction,
        decided_at: entry.decided_at,
        expires_at: entry.expires_at,
        due_at: earlier(entry.expires_at, event.deadline()),
        created_at: event.at,
        updated_at: event.at,
        created_seq: event.seq,
        last_seq: event.seq,
        audience_seq: event.audience_seq,
        body_sealed: entry.body_sealed,
    }
}
