use std::collections::HashMap;

use diesel::prelude::*;
use lianfang_encoding::{Audience, NodeId, Timestamp};
use uuid::Uuid;

use crate::batch::BATCH;
use crate::columns::{At, AudienceName, Count, Id, MaybeAt, count, micros};
use crate::database::{Link, first_locked, query};
use crate::records::kill_records;
use crate::regulator_feed::Feed;
use crate::schema::{peer_cursors, peer_entry_status};
use crate::{FeedKind, FeedObject, Store, StoreError};

/// One verified item of another publisher's status feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerStatus {
    /// Place in the audience's gapless sequence, from 1.
    pub seq: u64,
    pub entry_id: Uuid,
    /// The id under which regulators know the entry.
    pub object_id: Uuid,
    pub subject_type: i16,
    pub state: i16,
    pub deadline: Option<Timestamp>,
    pub rule: Option<i16>,
    pub at: Timestamp,
    /// The signed item, byte for byte.
    pub raw: Vec<u8>,
    /// Ends the entry: its cached records are dropped in the same transaction.
    pub terminal: bool,
}

/// What became of a batch of status items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusOutcome {
    /// Everything up to `cursor` is stored; items at or below the old cursor were known already.
    Applied { cursor: u64 },
    /// The batch leaves out `expected`; nothing was stored.
    Gap { expected: u64 },
    /// Other bytes are stored at `seq`: both together prove a fork. Nothing was stored.
    Fork { seq: u64, stored: Vec<u8> },
}

/// What a publisher last said about one of its entries.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = peer_entry_status)]
pub struct PeerEntryState {
    #[diesel(deserialize_as = AudienceName)]
    pub audience: Audience,
    #[diesel(deserialize_as = Count)]
    pub seq: u64,
    #[diesel(deserialize_as = Id)]
    pub entry_id: Uuid,
    pub state: i16,
    #[diesel(deserialize_as = MaybeAt)]
    pub deadline: Option<Timestamp>,
    pub rule: Option<i16>,
    #[diesel(deserialize_as = At)]
    pub at: Timestamp,
    pub raw: Vec<u8>,
}

impl Store {
    /// Stores items of a publisher's feed for one audience, passes them on to the regulators' feed and moves the
    /// cursor, in one transaction. The batch must be in order and continue at the cursor; it may repeat what is
    /// stored already. No item counts as later than `arrived`, whatever this node's clock says `now`.
    ///
    /// # Errors
    /// Those of any write.
    pub fn apply_status(
        &self,
        publisher: &NodeId,
        audience: &Audience,
        items: &[PeerStatus],
        (now, arrived): (Timestamp, Timestamp),
    ) -> Result<StatusOutcome, StoreError> {
        self.db.write(|link| {
            let start = lock_cursor(link, publisher, audience)?;
            let mut cursor = start;
            if let Some(refusal) = refusal(link, publisher, audience, cursor, items)? {
                return Ok(refusal);
            }
            let mut feed = Feed::lock(link, now)?.knowing(arrived);
            for item in items.iter().filter(|item| item.seq > start) {
                insert(link, publisher, audience, item)?;
                feed.add(link, item.feed_object(audience))?;
                if item.terminal {
                    kill_records(link, publisher, item.entry_id)?;
                }
                cursor = item.seq;
            }
            feed.close(link)?;
            move_cursor(link, publisher, audience, cursor)?;
            Ok(StatusOutcome::Applied { cursor })
        })
    }

    /// Sequence of the last item stored of a publisher's feed for one audience; 0 before the first.
    ///
    /// # Errors
    /// Those of any read.
    pub fn status_cursor(&self, publisher: &NodeId, audience: &Audience) -> Result<u64, StoreError> {
        self.db.read(|link| {
            let seq: Option<Count> = query!(link, |conn| peer_cursors::table
                .find((publisher.as_str(), audience.as_str()))
                .select(peer_cursors::seq)
                .first(conn)
                .optional())?;
            Ok(seq.map_or(0, u64::from))
        })
    }

    /// What `publisher` last said about its entry; `None` when its feeds never named it.
    ///
    /// # Errors
    /// Those of any read.
    pub fn peer_entry_state(
        &self,
        publisher: &NodeId,
        entry_id: Uuid,
    ) -> Result<Option<PeerEntryState>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| peer_entry_status::table
                .filter(peer_entry_status::publisher.eq(publisher.as_str()))
                .filter(peer_entry_status::entry_id.eq(entry_id.as_bytes().as_slice()))
                .order((peer_entry_status::at.desc(), peer_entry_status::seq.desc()))
                .select(PeerEntryState::as_select())
                .first(conn)
                .optional())?)
        })
    }
}

impl Store {
    /// What `publisher` last said about each of these entries that its feeds named.
    ///
    /// # Errors
    /// Those of any read.
    pub fn peer_entry_states(
        &self,
        publisher: &NodeId,
        entry_ids: &[Uuid],
    ) -> Result<HashMap<Uuid, PeerEntryState>, StoreError> {
        self.db.read(|link| {
            let mut states = HashMap::new();
            for chunk in entry_ids.chunks(BATCH) {
                let ids: Vec<&[u8]> = chunk.iter().map(|id| id.as_bytes().as_slice()).collect();
                let rows: Vec<PeerEntryState> = query!(link, |conn| peer_entry_status::table
                    .filter(peer_entry_status::publisher.eq(publisher.as_str()))
                    .filter(peer_entry_status::entry_id.eq_any(&ids))
                    .order((peer_entry_status::at.asc(), peer_entry_status::seq.asc()))
                    .select(PeerEntryState::as_select())
                    .load(conn))?;
                // The last one stays.
                states.extend(rows.into_iter().map(|state| (state.entry_id, state)));
            }
            Ok(states)
        })
    }
}

impl PeerStatus {
    fn feed_object(&self, audience: &Audience) -> FeedObject {
        FeedObject {
            kind: FeedKind::Entry,
            object_id: self.object_id,
            audience: audience.clone(),
            subject_type: Some(self.subject_type),
            created: None,
            at: self.at,
            content: self.raw.clone(),
        }
    }
}

fn refusal(
    link: &mut Link<'_>,
    publisher: &NodeId,
    audience: &Audience,
    cursor: u64,
    items: &[PeerStatus],
) -> Result<Option<StatusOutcome>, StoreError> {
    let mut next = None;
    for item in items {
        let expected = next.unwrap_or_else(|| item.seq.min(cursor + 1));
        if item.seq != expected {
            return Ok(Some(StatusOutcome::Gap { expected }));
        }
        if item.seq <= cursor {
            let stored = stored(link, publisher, audience, item.seq)?;
            if stored != item.raw {
                return Ok(Some(StatusOutcome::Fork {
                    seq: item.seq,
                    stored,
                }));
            }
        }
        next = Some(item.seq + 1);
    }
    Ok(None)
}

fn stored(
    link: &mut Link<'_>,
    publisher: &NodeId,
    audience: &Audience,
    seq: u64,
) -> Result<Vec<u8>, StoreError> {
    Ok(query!(link, |conn| peer_entry_status::table
        .find((publisher.as_str(), audience.as_str(), count(seq)))
        .select(peer_entry_status::raw)
        .first(conn))?)
}

fn insert(
    link: &mut Link<'_>,
    publisher: &NodeId,
    audience: &Audience,
    item: &PeerStatus,
) -> Result<(), StoreError> {
    query!(link, |conn| diesel::insert_into(peer_entry_status::table)
        .values((
            peer_entry_status::publisher.eq(publisher.as_str()),
            peer_entry_status::audience.eq(audience.as_str()),
            peer_entry_status::seq.eq(count(item.seq)),
            peer_entry_status::entry_id.eq(item.entry_id.as_bytes().as_slice()),
            peer_entry_status::state.eq(item.state),
            peer_entry_status::deadline.eq(item.deadline.map(micros)),
            peer_entry_status::rule.eq(item.rule),
            peer_entry_status::at.eq(micros(item.at)),
            peer_entry_status::raw.eq(&item.raw),
        ))
        .execute(conn))?;
    Ok(())
}

/// Makes sure that the cursor has a row, and locks it against other replicas.
fn lock_cursor(link: &mut Link<'_>, publisher: &NodeId, audience: &Audience) -> Result<u64, StoreError> {
    let key = (publisher.as_str(), audience.as_str());
    if let Some(seq) = locked_cursor(link, key)? {
        return Ok(seq);
    }
    query!(link, |conn| diesel::insert_into(peer_cursors::table)
        .values((
            peer_cursors::publisher.eq(key.0),
            peer_cursors::audience.eq(key.1),
            peer_cursors::seq.eq(0),
        ))
        .on_conflict_do_nothing()
        .execute(conn))?;
    locked_cursor(link, key)?.ok_or_else(|| diesel::result::Error::NotFound.into())
}

fn locked_cursor(link: &mut Link<'_>, key: (&str, &str)) -> Result<Option<u64>, StoreError> {
    let seq: QueryResult<Count> =
        first_locked!(link, peer_cursors::table.find(key).select(peer_cursors::seq));
    Ok(seq.optional()?.map(u64::from))
}

fn move_cursor(
    link: &mut Link<'_>,
    publisher: &NodeId,
    audience: &Audience,
    cursor: u64,
) -> Result<(), StoreError> {
    query!(link, |conn| diesel::update(
        peer_cursors::table.find((publisher.as_str(), audience.as_str()))
    )
    .set(peer_cursors::seq.eq(count(cursor)))
    .execute(conn))?;
    Ok(())
}
