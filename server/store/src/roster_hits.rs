use std::collections::BTreeMap;
use std::time::Duration;

use diesel::dsl::case_when;
use diesel::prelude::*;
use diesel::upsert::excluded;
use lianfang_encoding::{Audience, NodeId, Timestamp};

use crate::batch::batches;
use crate::columns::{At, AudienceName, Bytes16, Bytes32, Count, MaybeAt, NodeName, Word, limit, micros};
use crate::database::{Link, query};
use crate::schema::roster_hits;
use crate::{Due, Store, StoreError};

/// For how long a hit is put off at most.
pub const LONGEST_WAIT: Duration = Duration::from_secs(86_400);

/// A form of a monitored subject that a list may hold, until its publisher has confirmed or denied it.
#[derive(Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = roster_hits, treat_none_as_default_value = false)]
pub struct HitRow {
    pub client_reference: String,
    #[diesel(serialize_as = Bytes32, deserialize_as = Bytes32)]
    pub form: [u8; 32],
    #[diesel(serialize_as = Bytes16, deserialize_as = Bytes16)]
    pub key_id: [u8; 16],
    #[diesel(serialize_as = NodeName, deserialize_as = NodeName)]
    pub publisher: NodeId,
    #[diesel(serialize_as = AudienceName, deserialize_as = AudienceName)]
    pub audience: Audience,
    pub subject_type: i16,
    #[diesel(serialize_as = Word, deserialize_as = Word)]
    pub epoch: u32,
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub found_at: Timestamp,
    /// Not asked before.
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub due_at: Timestamp,
    /// How often the publisher couldn't be asked.
    pub attempts: i32,
    /// The same as `found_at` until it is found again while it waits.
    #[diesel(serialize_as = At, deserialize_as = At)]
    pub last_found_at: Timestamp,
}

impl std::fmt::Debug for HitRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "HitRow({}/{}, due {})",
            self.publisher, self.audience, self.due_at
        )
    }
}

/// Hits of one publisher that wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HitsWaiting {
    pub publisher: NodeId,
    pub count: u64,
    /// When the one that waits longest was found.
    pub oldest: Timestamp,
}

impl Store {
    /// Queues possible hits; one that waits already is asked about at the earlier of both times, and it is noted that it was
    /// found again.
    ///
    /// # Errors
    /// Those of any write.
    pub fn queue_hits(&self, hits: &[HitRow]) -> Result<(), StoreError> {
        let distinct: BTreeMap<_, _> = hits.iter().map(|hit| (key(hit), hit)).collect();
        self.db.write(|link| {
            for rows in batches(distinct.into_values().cloned()) {
                query!(link, |conn| diesel::insert_into(roster_hits::table)
                    .values(rows)
                    .on_conflict(roster_hits::table.primary_key())
                    .do_update()
                    .set((
                        roster_hits::last_found_at.eq(excluded(roster_hits::last_found_at)),
                        roster_hits::due_at.eq(case_when(
                            roster_hits::due_at.gt(excluded(roster_hits::due_at)),
                            excluded(roster_hits::due_at),
                        )
                        .otherwise(roster_hits::due_at)),
                    ))
                    .execute(conn))?;
            }
            Ok(())
        })
    }

    /// Up to `each` hits of every publisher whose time has come, the longest waiting first.
    ///
    /// # Errors
    /// Those of any read.
    pub fn hits_due(&self, due: impl Into<Due>, each: usize) -> Result<Vec<HitRow>, StoreError> {
        let due = due.into();
        let [(_, until), (beyond, _)] = due.spans();
        self.db.read(|link| {
            let publishers: Vec<String> = query!(link, |conn| roster_hits::table
                .filter(roster_hits::due_at.le(until).or(roster_hits::due_at.gt(beyond)))
                .select(roster_hits::publisher)
                .distinct()
                .order(roster_hits::publisher)
                .load(conn))?;
            let mut found = Vec::new();
            for publisher in publishers {
                found.extend(due_of(link, &publisher, due, each)?);
            }
            Ok(found)
        })
    }

    /// The same of one publisher.
    ///
    /// # Errors
    /// Those of any read.
    pub fn hits_due_of(
        &self,
        publisher: &NodeId,
        due: impl Into<Due>,
        each: usize,
    ) -> Result<Vec<HitRow>, StoreError> {
        let due = due.into();
        self.db.read(|link| due_of(link, publisher.as_str(), due, each))
    }

    /// When the next hit is due; `None` when none waits.
    ///
    /// # Errors
    /// Those of any read.
    pub fn next_hit_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.db.read(|link| {
            let due: Option<At> = query!(link, |conn| roster_hits::table
                .select(roster_hits::due_at)
                .order(roster_hits::due_at)
                .first(conn)
                .optional())?;
            Ok(due.map(Timestamp::from))
        })
    }

    /// How many hits wait, by publisher.
    ///
    /// # Errors
    /// Those of any read.
    pub fn hits_waiting(&self) -> Result<Vec<HitsWaiting>, StoreError> {
        self.db.read(|link| {
            let rows: Vec<(NodeName, Count, MaybeAt)> = query!(link, |conn| roster_hits::table
                .group_by(roster_hits::publisher)
                .order(roster_hits::publisher)
                .select((
                    roster_hits::publisher,
                    diesel::dsl::count_star(),
                    diesel::dsl::min(roster_hits::found_at),
                ))
                .load(conn))?;
            let waiting = rows.into_iter().map(|(publisher, count, oldest)| {
                let oldest: Option<Timestamp> = oldest.into();
                Ok(HitsWaiting {
                    publisher: publisher.into(),
                    count: count.into(),
                    oldest: oldest.ok_or(StoreError::Corrupt)?,
                })
            });
            waiting.collect()
        })
    }

    /// Drops hits that have been dealt with, unless they were found again since they were read.
    ///
    /// # Errors
    /// Those of any write.
    pub fn settle_hits(&self, hits: &[HitRow]) -> Result<(), StoreError> {
        self.db
            .write(|link| hits.iter().try_for_each(|hit| settle(link, hit)))
    }

    /// Puts hits off whose publisher couldn't be asked: each time for twice as long, [`LONGEST_WAIT`] at most. One that was
    /// found again since it was read, or whose publisher has been back, stays as due as it is.
    ///
    /// # Errors
    /// Those of any write.
    pub fn postpone_hits(&self, hits: &[HitRow], now: Timestamp, first: Duration) -> Result<(), StoreError> {
        self.db.write(|link| {
            for hit in hits {
                let times = 1_u32.checked_shl(hit.attempts.unsigned_abs()).unwrap_or(u32::MAX);
                let due = now + first.saturating_mul(times).min(LONGEST_WAIT);
                let as_read = roster_hits::table
                    .find(key(hit))
                    .filter(roster_hits::attempts.eq(hit.attempts))
                    .filter(roster_hits::last_found_at.eq(micros(hit.last_found_at)));
                query!(link, |conn| diesel::update(as_read)
                    .set((
                        roster_hits::due_at.eq(micros(due)),
                        roster_hits::attempts.eq(hit.attempts.saturating_add(1)),
                    ))
                    .execute(conn))?;
            }
            Ok(())
        })
    }
}

/// Lets every hit of a publisher be asked about at `at` at the latest, as if it had never been put off.
pub(crate) fn hasten(link: &mut Link<'_>, publisher: &NodeId, at: Timestamp) -> Result<(), StoreError> {
    let of_publisher = roster_hits::publisher.eq(publisher.as_str());
    let later = roster_hits::table
        .filter(of_publisher)
        .filter(roster_hits::due_at.gt(micros(at)));
    query!(link, |conn| diesel::update(later)
        .set(roster_hits::due_at.eq(micros(at)))
        .execute(conn))?;
    let put_off = roster_hits::table
        .filter(of_publisher)
        .filter(roster_hits::attempts.gt(0));
    query!(link, |conn| diesel::update(put_off)
        .set(roster_hits::attempts.eq(0))
        .execute(conn))?;
    Ok(())
}

fn due_of(link: &mut Link<'_>, publisher: &str, due: Due, each: usize) -> Result<Vec<HitRow>, StoreError> {
    // One after the other, so that the index gives both in order.
    let mut found = Vec::new();
    for (from, to) in due.spans() {
        found.extend(query!(link, |conn| roster_hits::table
            .filter(roster_hits::publisher.eq(publisher))
            .filter(roster_hits::due_at.gt(from))
            .filter(roster_hits::due_at.le(to))
            .order((
                roster_hits::due_at,
                roster_hits::client_reference,
                roster_hits::form
            ))
            .limit(limit(each - found.len()))
            .select(HitRow::as_select())
            .load::<HitRow>(conn))?);
    }
    Ok(found)
}

fn settle(link: &mut Link<'_>, hit: &HitRow) -> Result<(), StoreError> {
    let as_read = roster_hits::last_found_at.eq(micros(hit.last_found_at));
    query!(link, |conn| diesel::delete(
        roster_hits::table.find(key(hit)).filter(as_read)
    )
    .execute(conn))?;
    Ok(())
}

type Key<'a> = (&'a str, &'a [u8], &'a [u8], &'a str, &'a str, i16, i64);

fn key(hit: &HitRow) -> Key<'_> {
    (
        &hit.client_reference,
        &hit.form,
        &hit.key_id,
        hit.publisher.as_str(),
        hit.audience.as_str(),
        hit.subject_type,
        i64::from(hit.epoch),
    )
}
