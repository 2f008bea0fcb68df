use diesel::prelude::*;
use lianfang_encoding::{Audience, Timestamp};
use uuid::Uuid;

use crate::columns::{At, AudienceName, Bytes32, Bytes64, Count, Id, MaybeAt, MaybeCount, count, limit};
use crate::database::query;
use crate::schema::events;
use crate::{SealingError, Store, StoreError};

/// An event about to be written: its place in the chain is fixed, its signature is still missing.
#[derive(Debug, Clone, Copy)]
pub struct EventDraft<'a> {
    /// Place in this node's gapless sequence, from 1.
    pub seq: u64,
    /// The event's time: now, or one microsecond after the previous event when the clock stood still.
    pub at: Timestamp,
    /// What the status item says of when: later where a deadline begins by the peers' time, and after that.
    pub said_at: Timestamp,
    /// Hash of the event before; zeros for the first.
    pub previous_hash: &'a [u8; 32],
    pub entry_id: Uuid,
    pub event_type: i16,
    pub audience: &'a Audience,
    /// Place in the audience's gapless sequence, from 1; `None` for what is not shared.
    pub audience_seq: Option<u64>,
    pub subject_type: i16,
    pub category: Option<i16>,
    pub basis: i16,
    /// The entry's state after the event.
    pub state: i16,
    pub deadline: Option<Timestamp>,
    pub rule: Option<i16>,
    pub expires_at: Option<Timestamp>,
    /// The canonical payload, in the clear.
    pub payload: &'a [u8],
}

/// What the next event depends on, and what is kept apart from the chain.
#[derive(Debug, Clone)]
pub struct EventCommitment {
    /// Hash of the event, which the next one names as its previous hash.
    pub hash: [u8; 32],
    /// SHA-256 over salt and payload hash (PROTOCOL.md §7).
    pub commitment: [u8; 32],
    pub salt: [u8; 32],
    /// The payload, sealed ([`crate::DataKey`]).
    pub payload_sealed: Vec<u8>,
}

/// The costly part of an event, on which no other event depends.
#[derive(Debug, Clone)]
pub struct EventSignature {
    pub signature: [u8; 64],
    /// The signed item of the audience's status feed; `None` exactly when the draft has no `audience_seq`.
    pub status_bytes: Option<Vec<u8>>,
}

/// Commits to, encrypts and signs events, inside the transaction that writes them. It must not call the store.
/// An error takes the whole transaction back ([`StoreError::Sealing`]).
pub trait EventSealer: Sync {
    /// Called once for each event, in order of `seq`; all randomness belongs here.
    ///
    /// # Errors
    /// Whatever keeps it from committing.
    fn commit(&self, draft: &EventDraft<'_>) -> Result<EventCommitment, SealingError>;

    /// Called once for each event after its `commit`; in a batch in any order and from several threads.
    ///
    /// # Errors
    /// Whatever keeps it from signing.
    fn sign(
        &self,
        draft: &EventDraft<'_>,
        commitment: &EventCommitment,
    ) -> Result<EventSignature, SealingError>;

    /// The id under which regulators know one of this node's entries; the same for the same entry.
    fn feed_object(&self, entry_id: Uuid) -> Uuid;
}

/// An event as it stands in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = events, treat_none_as_default_value = false)]
pub struct EventRow {
    #[diesel(serialize_as = Count, deserialize_as = Count)]
    pub seq: u64,
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub entry_id: Uuid,
    pub event_type: i16,
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub at: Timestamp,
    #[diesel(serialize_as = Bytes32, deserialize_as = Bytes32)]
    pub previous_hash: [u8; 32],
    #[diesel(serialize_as = Bytes32, deserialize_as = Bytes32)]
    pub hash: [u8; 32],
    #[diesel(serialize_as = Bytes32, deserialize_as = Bytes32)]
    pub commitment: [u8; 32],
    #[diesel(serialize_as = Bytes64, deserialize_as = Bytes64)]
    pub signature: [u8; 64],
    #[diesel(serialize_as = AudienceName, deserialize_as = AudienceName)]
    pub audience: Audience,
    #[diesel(serialize_as = MaybeCount, deserialize_as = MaybeCount)]
    pub audience_seq: Option<u64>,
    pub state: i16,
    #[diesel(serialize_as = MaybeAt, deserialize_as = MaybeAt)]
    pub deadline: Option<Timestamp>,
    pub rule: Option<i16>,
    pub status_bytes: Option<Vec<u8>>,
}

/// One item of an audience's status feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusItem {
    pub audience_seq: u64,
    pub entry_id: Uuid,
    /// Signed, to be passed on byte for byte.
    pub bytes: Vec<u8>,
}

impl From<(Count, Id, Vec<u8>)> for StatusItem {
    fn from((seq, entry_id, bytes): (Count, Id, Vec<u8>)) -> Self {
        Self {
            audience_seq: seq.into(),
            entry_id: entry_id.into(),
            bytes,
        }
    }
}

impl Store {
    /// Up to `rows` events after sequence `seq`, in order. A reader with a cursor sees each event once.
    ///
    /// # Errors
    /// Those of any read.
    pub fn events_after(&self, seq: u64, rows: usize) -> Result<Vec<EventRow>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| events::table
                .filter(events::seq.gt(count(seq)))
                .order(events::seq)
                .limit(limit(rows))
                .select(EventRow::as_select())
                .load(conn))?)
        })
    }

    /// The timeline of an entry, oldest first.
    ///
    /// # Errors
    /// Those of any read.
    pub fn entry_events(&self, entry_id: Uuid) -> Result<Vec<EventRow>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| events::table
                .filter(events::entry_id.eq(entry_id.as_bytes().as_slice()))
                .order(events::seq)
                .select(EventRow::as_select())
                .load(conn))?)
        })
    }

    /// Up to `rows` items of an audience's status feed after `audience_seq`, in order.
    ///
    /// # Errors
    /// Those of any read.
    pub fn status_after(
        &self,
        audience: &Audience,
        audience_seq: u64,
        rows: usize,
    ) -> Result<Vec<StatusItem>, StoreError> {
        // What a restored node got back or said again has places of its own among those of events.
        let mut items = self.recovered_status(audience, audience_seq, rows)?;
        let found: Vec<(MaybeCount, Id, Option<Vec<u8>>)> = self.db.read(|link| {
            Ok(query!(link, |conn| events::table
                .filter(events::audience.eq(audience.as_str()))
                .filter(events::audience_seq.gt(count(audience_seq)))
                .order(events::audience_seq)
                .limit(limit(rows))
                .select((events::audience_seq, events::entry_id, events::status_bytes))
                .load(conn))?)
        })?;
        for item in found {
            items.push(status_item(item)?);
        }
        items.sort_by_key(|item| item.audience_seq);
        items.truncate(rows);
        Ok(items)
    }
}

fn status_item(
    (audience_seq, entry_id, bytes): (MaybeCount, Id, Option<Vec<u8>>),
) -> Result<StatusItem, StoreError> {
    Ok(StatusItem {
        audience_seq: Option::<u64>::from(audience_seq).ok_or(StoreError::Corrupt)?,
        entry_id: entry_id.into(),
        bytes: bytes.ok_or(StoreError::Corrupt)?,
    })
}
