use diesel::prelude::*;
use lianfang_encoding::{Audience, Timestamp};
use uuid::Uuid;

use crate::columns::count;
use crate::database::{Link, query};
use crate::event_heads::{audience_head, lock_chain, move_audience};
use crate::regulator_feed::Feed;
use crate::schema::recovered_status;
use crate::{EventHead, FeedObject, StoreError};

/// A signed item of this node's own status feeds that no event of its chain stands behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnItem {
    pub audience_seq: u64,
    pub entry_id: Uuid,
    /// The item as regulators get it.
    pub object: FeedObject,
}

/// The end of an audience's status feed, and that of the regulators' feed, locked until the transaction ends: items without
/// an event are added to both.
pub(crate) struct OwnFeed<'a> {
    audience: &'a Audience,
    head: EventHead,
    begun: u64,
    regulators: Feed,
}

impl<'a> OwnFeed<'a> {
    pub(crate) fn lock(
        link: &mut Link<'_>,
        audience: &'a Audience,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let chain = lock_chain(link)?;
        let begun = audience_head(link, audience)?;
        Ok(Self {
            audience,
            head: EventHead { seq: begun, ..chain },
            begun,
            regulators: Feed::lock(link, now)?,
        })
    }

    /// Where the status feed ends.
    pub(crate) fn end(&self) -> u64 {
        self.head.seq
    }

    /// Adds an item that has the next place.
    pub(crate) fn add(&mut self, link: &mut Link<'_>, item: OwnItem) -> Result<(), StoreError> {
        query!(link, |conn| diesel::insert_into(recovered_status::table)
            .values((
                recovered_status::audience.eq(self.audience.as_str()),
                recovered_status::seq.eq(count(item.audience_seq)),
                recovered_status::entry_id.eq(item.entry_id.as_bytes().as_slice()),
                recovered_status::raw.eq(&item.object.content),
            ))
            .execute(conn))?;
        self.head.seq = item.audience_seq;
        self.regulators.add(link, item.object)
    }

    /// Writes how far both got.
    pub(crate) fn close(self, link: &mut Link<'_>) -> Result<(), StoreError> {
        if self.head.seq > self.begun {
            move_audience(link, self.audience, self.head)?;
            self.regulators.close(link)?;
        }
        Ok(())
    }
}
