use diesel::prelude::*;
use lianfang_encoding::NodeId;

use crate::columns::{Count, count};
use crate::database::{Link, query};
use crate::schema::brake_days;
use crate::{Store, StoreError};

/// What was seen of one publisher on one day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = brake_days)]
pub struct BrakeDay {
    /// Days since 1970-01-01.
    #[diesel(deserialize_as = Count)]
    pub day: u64,
    /// Subjects that were looked up while the publisher counted.
    #[diesel(deserialize_as = Count)]
    pub looked_up: u64,
    /// Those its digests hit.
    #[diesel(deserialize_as = Count)]
    pub hits: u64,
    /// Hits that no record stood behind.
    #[diesel(deserialize_as = Count)]
    pub unfounded: u64,
    /// Prefixes that its lists grew by.
    #[diesel(deserialize_as = Count)]
    pub grown: u64,
}

impl Store {
    /// Adds to what was seen of each publisher on a day, in one transaction.
    ///
    /// # Errors
    /// Those of any write.
    pub fn count_brake(&self, seen: &[(NodeId, BrakeDay)]) -> Result<(), StoreError> {
        self.db.write(|link| {
            seen.iter()
                .try_for_each(|(publisher, seen)| add(link, publisher, seen))
        })
    }

    /// What was seen of a publisher from `since` on, by day.
    ///
    /// # Errors
    /// Those of any read.
    pub fn brake_days(&self, publisher: &NodeId, since: u64) -> Result<Vec<BrakeDay>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| brake_days::table
                .filter(brake_days::publisher.eq(publisher.as_str()))
                .filter(brake_days::day.ge(count(since)))
                .order(brake_days::day)
                .select(BrakeDay::as_select())
                .load(conn))?)
        })
    }
}

/// Starts counting anew for a publisher and forgets days before `since` of everybody.
pub(crate) fn forget(link: &mut Link<'_>, publisher: &NodeId, since: u64) -> Result<(), StoreError> {
    query!(link, |conn| diesel::delete(
        brake_days::table.filter(
            brake_days::publisher
                .eq(publisher.as_str())
                .or(brake_days::day.lt(count(since)))
        )
    )
    .execute(conn))?;
    Ok(())
}

fn add(link: &mut Link<'_>, publisher: &NodeId, seen: &BrakeDay) -> Result<(), StoreError> {
    query!(link, |conn| diesel::insert_into(brake_days::table)
        .values((
            brake_days::publisher.eq(publisher.as_str()),
            brake_days::day.eq(count(seen.day)),
            brake_days::looked_up.eq(0),
            brake_days::hits.eq(0),
            brake_days::unfounded.eq(0),
            brake_days::grown.eq(0),
        ))
        .on_conflict_do_nothing()
        .execute(conn))?;
    query!(link, |conn| diesel::update(
        brake_days::table.find((publisher.as_str(), count(seen.day)))
    )
    .set((
        brake_days::looked_up.eq(brake_days::looked_up + count(seen.looked_up)),
        brake_days::hits.eq(brake_days::hits + count(seen.hits)),
        brake_days::unfounded.eq(brake_days::unfounded + count(seen.unfounded)),
        brake_days::grown.eq(brake_days::grown + count(seen.grown)),
    ))
    .execute(conn))?;
    Ok(())
}
