use diesel::dsl::{exists, not};
use diesel::prelude::*;
use lianfang_encoding::{NodeId, Timestamp};

use crate::columns::{Count, count, micros};
use crate::database::{Link, query};
use crate::locks::{Lock, lock};
use crate::schema::{alerts, brake_days, brake_releases, monitored_subjects, monitored_tokens, roster_hits};
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
    /// Tokens that were looked up in its lists, for each list.
    #[diesel(deserialize_as = Count)]
    pub lookups: u64,
}

/// Which hits in the roster could alarm anybody by themselves.
#[derive(Debug, Clone)]
pub struct Telling {
    /// Those of this level,
    pub level: i16,
    /// but in lists about such subjects
    pub subject_type: i16,
    /// not those of these kinds.
    pub without: Vec<i32>,
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

    /// How many subjects of the roster a publisher's lists have hit since `since`, or since a person released it: those
    /// with an alert whose hit was found since, and those one of whose `telling` hits waits. Subjects that have left don't count.
    ///
    /// # Errors
    /// Those of any read.
    pub fn roster_hit_by(
        &self,
        publisher: &NodeId,
        since: Timestamp,
        telling: &Telling,
    ) -> Result<u64, StoreError> {
        self.db.read(|link| {
            let released: Option<i64> = query!(link, |conn| brake_releases::table
                .find(publisher.as_str())
                .select(brake_releases::released_at)
                .first(conn)
                .optional())?;
            let since = micros(since).max(released.unwrap_or(i64::MIN));
            let monitored = monitored_subjects::table;
            let opened: i64 = query!(link, |conn| alerts::table
                .filter(alerts::publisher.eq(publisher.as_str()))
                .filter(alerts::found_at.gt(since))
                .filter(exists(monitored.filter(
                    monitored_subjects::client_reference.eq(alerts::client_reference)
                )))
                .select(diesel::dsl::count(alerts::client_reference).aggregate_distinct())
                .first(conn))?;
            let known = alerts::table
                .filter(alerts::publisher.eq(publisher.as_str()))
                .filter(alerts::client_reference.eq(roster_hits::client_reference));
            let tells = monitored_tokens::table
                .filter(monitored_tokens::client_reference.eq(roster_hits::client_reference))
                .filter(monitored_tokens::form.eq(roster_hits::form))
                .filter(monitored_tokens::key_id.eq(roster_hits::key_id))
                .filter(monitored_tokens::level.eq(telling.level))
                .filter(
                    roster_hits::subject_type
                        .ne(telling.subject_type)
                        .or(monitored_tokens::kind.ne_all(&telling.without)),
                );
            let waiting: i64 = query!(link, |conn| roster_hits::table
                .filter(roster_hits::publisher.eq(publisher.as_str()))
                .filter(roster_hits::found_at.gt(since))
                .filter(not(exists(known)))
                .filter(exists(tells))
                .filter(exists(monitored.filter(
                    monitored_subjects::client_reference.eq(roster_hits::client_reference)
                )))
                .select(diesel::dsl::count(roster_hits::client_reference).aggregate_distinct())
                .first(conn))?;
            Ok(opened.unsigned_abs() + waiting.unsigned_abs())
        })
    }
}

/// Starts counting anew for a publisher, as a person decided `now`, and forgets days before `since` of everybody.
pub(crate) fn forget(
    link: &mut Link<'_>,
    publisher: &NodeId,
    since: u64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let released_at = brake_releases::released_at.eq(micros(now));
    query!(link, |conn| diesel::insert_into(brake_releases::table)
        .values((brake_releases::publisher.eq(publisher.as_str()), released_at))
        .on_conflict(brake_releases::publisher)
        .do_update()
        .set(released_at)
        .execute(conn))?;
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

/// Has what a clock that was ahead has found of a publisher in the roster count as found `now`.
pub(crate) fn date_back(link: &mut Link<'_>, publisher: &NodeId, now: Timestamp) -> Result<(), StoreError> {
    let (publisher, now) = (publisher.as_str(), micros(now));
    lock(link, Lock::Alerts)?;
    let opened = alerts::table.filter(alerts::publisher.eq(publisher).and(alerts::found_at.gt(now)));
    query!(link, |conn| diesel::update(opened)
        .set(alerts::found_at.eq(now))
        .execute(conn))?;
    let waiting = roster_hits::table.filter(
        roster_hits::publisher
            .eq(publisher)
            .and(roster_hits::found_at.gt(now)),
    );
    query!(link, |conn| diesel::update(waiting)
        .set(roster_hits::found_at.eq(now))
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
            brake_days::lookups.eq(0),
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
        brake_days::lookups.eq(brake_days::lookups + count(seen.lookups)),
    ))
    .execute(conn))?;
    Ok(())
}
