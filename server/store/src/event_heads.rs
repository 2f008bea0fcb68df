use diesel::prelude::*;
use lianfang_encoding::{Audience, Timestamp};

use crate::columns::{At, Bytes32, Count, count, micros};
use crate::database::{Link, first_locked, query};
use crate::schema::event_heads;
use crate::{Store, StoreError};

const NODE: &str = "node";
const FEED: &str = "feed";
/// Before the name of an audience.
pub(crate) const SCOPE: &str = "audience/";

/// The end of this node's chain of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = event_heads)]
pub struct EventHead {
    /// 0 before the first event.
    #[diesel(deserialize_as = Count)]
    pub seq: u64,
    #[diesel(deserialize_as = Bytes32)]
    pub hash: [u8; 32],
    #[diesel(deserialize_as = At)]
    pub at: Timestamp,
}

impl Store {
    /// The last event of this node.
    ///
    /// # Errors
    /// Those of any read.
    pub fn event_head(&self) -> Result<EventHead, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| event_heads::table
                .find(NODE)
                .select(EventHead::as_select())
                .first(conn))?)
        })
    }

    /// Sequence of the last item in an audience's status feed; 0 when there is none.
    ///
    /// # Errors
    /// Those of any read.
    pub fn audience_head(&self, audience: &Audience) -> Result<u64, StoreError> {
        self.db.read(|link| audience_head(link, audience))
    }
}

/// Locks the chain until the transaction ends, so that whoever takes the next sequence also commits next.
pub(crate) fn lock_chain(link: &mut Link<'_>) -> Result<EventHead, StoreError> {
    Ok(first_locked!(
        link,
        event_heads::table.find(NODE).select(EventHead::as_select())
    )?)
}

/// Locks the end of the regulators' feed until the transaction ends.
pub(crate) fn lock_feed(link: &mut Link<'_>) -> Result<EventHead, StoreError> {
    Ok(first_locked!(
        link,
        event_heads::table.find(FEED).select(EventHead::as_select())
    )?)
}

pub(crate) fn move_feed(link: &mut Link<'_>, head: EventHead) -> Result<(), StoreError> {
    move_head(link, FEED.to_owned(), head)
}

/// Only whoever holds the chain's lock moves an audience's head, so this needs no lock of its own.
pub(crate) fn audience_head(link: &mut Link<'_>, audience: &Audience) -> Result<u64, StoreError> {
    let seq: Option<Count> = query!(link, |conn| event_heads::table
        .find(scope(audience))
        .select(event_heads::seq)
        .first(conn)
        .optional())?;
    Ok(seq.map_or(0, u64::from))
}

pub(crate) fn move_chain(link: &mut Link<'_>, head: EventHead) -> Result<(), StoreError> {
    move_head(link, NODE.to_owned(), head)
}

pub(crate) fn move_audience(
    link: &mut Link<'_>,
    audience: &Audience,
    head: EventHead,
) -> Result<(), StoreError> {
    move_head(link, scope(audience), head)
}

fn move_head(link: &mut Link<'_>, scope: String, head: EventHead) -> Result<(), StoreError> {
    let values = (
        event_heads::seq.eq(count(head.seq)),
        event_heads::hash.eq(head.hash.to_vec()),
        event_heads::at.eq(micros(head.at)),
    );
    query!(link, |conn| diesel::insert_into(event_heads::table)
        .values((event_heads::scope.eq(scope), values.clone()))
        .on_conflict(event_heads::scope)
        .do_update()
        .set(values)
        .execute(conn))?;
    Ok(())
}

fn scope(audience: &Audience) -> String {
    format!("{SCOPE}{audience}")
}
