use std::time::Duration;

use diesel::prelude::*;
use lianfang_encoding::{Audience, Timestamp};
use uuid::Uuid;

use crate::batch::insert_rows;
use crate::columns::{At, AudienceName, Id, MaybeAt, micros};
use crate::database::{Link, query};
use crate::event_heads::{lock_feed, move_feed};
use crate::schema::regulator_feed;
use crate::{EventHead, Store, StoreError};

const MILLISECOND: u64 = 1_000;

/// What a row of the feed holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedKind {
    /// What the extension of indicators means.
    Definition,
    /// A member.
    Member,
    /// An entry: its content is a signed status item.
    Entry,
    /// Who defines the extension.
    Software,
}

impl FeedKind {
    /// Its number in the database.
    pub const fn number(self) -> i16 {
        match self {
            Self::Definition => 1,
            Self::Member => 2,
            Self::Entry => 3,
            Self::Software => 4,
        }
    }

    /// The kind with this number.
    pub const fn from_number(number: i16) -> Option<Self> {
        match number {
            1 => Some(Self::Definition),
            2 => Some(Self::Member),
            3 => Some(Self::Entry),
            4 => Some(Self::Software),
            _ => None,
        }
    }
}

/// One version of an object, before it has a place in the feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedObject {
    pub kind: FeedKind,
    pub object_id: Uuid,
    pub audience: Audience,
    /// `None` puts it into every collection.
    pub subject_type: Option<i16>,
    /// When its owner says that it first came to be; `None` when this is its first version.
    pub created: Option<Timestamp>,
    /// When its owner says that it came to be so.
    pub at: Timestamp,
    pub content: Vec<u8>,
}

/// One version of an object in the feed.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = regulator_feed, treat_none_as_default_value = false)]
pub struct FeedRow {
    /// When this node learned of it; strictly increasing over the whole feed.
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub added: Timestamp,
    pub kind: i16,
    #[diesel(serialize_as = Id, deserialize_as = Id)]
    pub object_id: Uuid,
    #[diesel(serialize_as = AudienceName, deserialize_as = AudienceName)]
    pub audience: Audience,
    pub subject_type: Option<i16>,
    /// When its first version was made, whether it stands here or not.
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub created: Timestamp,
    /// Whole milliseconds, strictly increasing from one version of an object to the next.
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub modified: Timestamp,
    /// `added` of the version after this one.
    #[diesel(serialize_as = MaybeAt, deserialize_as = MaybeAt)]
    pub superseded: Option<Timestamp>,
    pub content: Vec<u8>,
}

impl Store {
    /// Puts those of `objects` into the feed whose newest version says something else; the others are there
    /// already.
    ///
    /// # Errors
    /// Those of any write.
    pub fn list_in_feed(&self, objects: Vec<FeedObject>, now: Timestamp) -> Result<(), StoreError> {
        self.db.write(|link| {
            let mut feed = Feed::lock(link, now)?;
            for object in objects {
                let newest = newest(link, &object)?;
                if newest.as_ref().is_none_or(|row| row.content != object.content) {
                    feed.append(link, object, newest)?;
                }
            }
            feed.close(link)
        })
    }
}

/// The end of the feed, locked until the transaction ends. Taken after the locks of chain and cursors, never before.
pub(crate) struct Feed {
    head: EventHead,
    now: Timestamp,
    /// No version is dated later than this, or than it is added.
    latest: Timestamp,
}

impl Feed {
    pub(crate) fn lock(link: &mut Link<'_>, now: Timestamp) -> Result<Self, StoreError> {
        Ok(Self {
            head: lock_feed(link)?,
            now,
            latest: now,
        })
    }

    /// What others say may be so late, whatever this node's clock says. Places go on by that clock alone.
    pub(crate) fn knowing(self, latest: Timestamp) -> Self {
        Self { latest, ..self }
    }

    /// The next version of an object.
    pub(crate) fn add(&mut self, link: &mut Link<'_>, object: FeedObject) -> Result<(), StoreError> {
        let newest = newest(link, &object)?;
        self.append(link, object, newest)
    }

    /// First versions of objects that nobody has seen.
    pub(crate) fn add_new(
        &mut self,
        link: &mut Link<'_>,
        objects: Vec<FeedObject>,
    ) -> Result<(), StoreError> {
        let rows = objects.into_iter().map(|object| self.place(object, None));
        insert_rows!(link, regulator_feed::table, rows);
        Ok(())
    }

    /// Writes how far the feed got.
    pub(crate) fn close(self, link: &mut Link<'_>) -> Result<(), StoreError> {
        move_feed(link, self.head)
    }

    fn append(
        &mut self,
        link: &mut Link<'_>,
        object: FeedObject,
        newest: Option<FeedRow>,
    ) -> Result<(), StoreError> {
        let row = self.place(object, newest.as_ref());
        if let Some(before) = newest {
            query!(link, |conn| diesel::update(
                regulator_feed::table.find(micros(before.added))
            )
            .set(regulator_feed::superseded.eq(micros(row.added)))
            .execute(conn))?;
        }
        query!(link, |conn| diesel::insert_into(regulator_feed::table)
            .values(row)
            .execute(conn))?;
        Ok(())
    }

    fn place(&mut self, object: FeedObject, before: Option<&FeedRow>) -> FeedRow {
        let added = self.now.max(self.head.at + Duration::from_micros(1));
        self.head = EventHead {
            seq: self.head.seq + 1,
            at: added,
            ..self.head
        };
        // An owner's clock that runs ahead doesn't make versions of the future.
        let latest = self.latest.max(added);
        let stated = |at: Timestamp| whole_milliseconds(at.min(latest));
        let (created, stated) = (object.created.map(stated), stated(object.at));
        let (created, modified) = match before {
            None => (created.unwrap_or(stated), stated),
            Some(row) => (row.created, stated.max(row.modified + Duration::from_millis(1))),
        };
        FeedRow {
            added,
            kind: object.kind.number(),
            object_id: object.object_id,
            audience: object.audience,
            subject_type: object.subject_type,
            created,
            modified,
            superseded: None,
            content: object.content,
        }
    }
}

fn newest(link: &mut Link<'_>, object: &FeedObject) -> Result<Option<FeedRow>, StoreError> {
    Ok(query!(link, |conn| regulator_feed::table
        .filter(regulator_feed::object_id.eq(object.object_id.as_bytes().as_slice()))
        .filter(regulator_feed::audience.eq(object.audience.as_str()))
        .filter(regulator_feed::superseded.is_null())
        .select(FeedRow::as_select())
        .first(conn)
        .optional())?)
}

/// STIX 2.1 §3.2: `created` and `modified` are precise to the millisecond.
fn whole_milliseconds(time: Timestamp) -> Timestamp {
    Timestamp::from_micros(time.as_micros() / MILLISECOND * MILLISECOND)
}
