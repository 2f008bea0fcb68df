use std::time::Duration;

use diesel::prelude::*;
use lianfang_encoding::{NodeId, Timestamp};

use crate::columns::{At, Count, NodeName, count, micros};
use crate::database::{Link, first_locked, query};
use crate::schema::token_buckets;
use crate::{Store, StoreError, credits, node_meta};

/// Levels are stored in millionths of an element.
const SCALE: u128 = 1_000_000;
const DAY_MICROS: u128 = 86_400_000_000;
/// A bucket from farther ahead than clocks of one node's processes differ was charged by a clock that was wrong.
const LEAP: Duration = Duration::from_secs(3_600);

/// How much a bucket holds and how fast it refills, in elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BudgetRate {
    pub capacity: u64,
    pub per_day: u64,
}

/// What a charge is taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purse {
    /// The bucket alone.
    Bucket,
    /// What was granted once, and the bucket for the rest.
    CreditFirst,
}

/// Whether a charge was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charge {
    /// Taken; `left` whole elements remain in the bucket.
    Charged { left: u64 },
    /// Nothing was taken. `retry_after` says when there will be enough; `None`: never, the bucket is too small.
    Over { retry_after: Option<Duration> },
}

/// Whole elements left in one bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetLeft {
    pub member: NodeId,
    pub class: i16,
    pub left: u64,
}

impl Store {
    /// Takes `elements` of (`member`, `class`) from `purse`, all or none. A bucket starts full, that of a restored node
    /// empty; a clock that goes back refills nothing, and from more than an hour ahead it goes on with what is left now.
    ///
    /// # Errors
    /// Those of any write.
    pub fn charge(
        &self,
        member: &NodeId,
        class: i16,
        elements: u64,
        purse: Purse,
        rate: BudgetRate,
        now: Timestamp,
    ) -> Result<Charge, StoreError> {
        self.db.write(|link| {
            let bucket = lock_bucket(link, member, class, rate, now)?;
            let bucket = without_leap(link, member, class, bucket, now)?;
            let level = refilled(bucket, rate, now);
            let credit = match purse {
                Purse::Bucket => None,
                Purse::CreditFirst => credits::lock(link, member, class, now)?,
            };
            let drawn = credit.map_or(0, |credit| credit.left.min(elements));
            let price = u128::from(elements - drawn) * SCALE;
            if price > level {
                let whole = u128::from(elements) * SCALE;
                let with_credit =
                    credit.and_then(|credit| lasting(wait(price, level, rate), credit.until, now));
                return Ok(Charge::Over {
                    retry_after: with_credit.or_else(|| wait(whole, level, rate)),
                });
            }
            if drawn > 0 {
                credits::draw(link, member, class, drawn)?;
            }
            let left = level - price;
            let updated_at = bucket.1.max(now);
            query!(link, |conn| diesel::update(
                token_buckets::table.find((member.as_str(), class))
            )
            .set((
                token_buckets::level.eq(count(narrow(left))),
                token_buckets::updated_at.eq(micros(updated_at)),
            ))
            .execute(conn))?;
            Ok(Charge::Charged {
                left: narrow(left / SCALE),
            })
        })
    }

    /// What is left in every bucket that was charged before, when buckets of a class refill at `rate`.
    ///
    /// # Errors
    /// Those of any read.
    pub fn budgets_left(
        &self,
        rate: impl Fn(i16) -> BudgetRate,
        now: Timestamp,
    ) -> Result<Vec<BudgetLeft>, StoreError> {
        let rows: Vec<(NodeName, i16, Count, At)> = self.db.read(|link| {
            Ok(query!(link, |conn| token_buckets::table
                .order((token_buckets::member, token_buckets::class))
                .select((
                    token_buckets::member,
                    token_buckets::class,
                    token_buckets::level,
                    token_buckets::updated_at,
                ))
                .load(conn))?)
        })?;
        let left = rows.into_iter().map(|(member, class, level, at)| BudgetLeft {
            member: member.into(),
            class,
            left: narrow(refilled((level.into(), at.into()), rate(class), now) / SCALE),
        });
        Ok(left.collect())
    }

    /// Whole elements left in a bucket.
    ///
    /// # Errors
    /// Those of any read.
    pub fn budget_left(
        &self,
        member: &NodeId,
        class: i16,
        rate: BudgetRate,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let bucket = self.db.read(|link| {
            let bucket: Option<(Count, At)> = query!(link, |conn| token_buckets::table
                .find((member.as_str(), class))
                .select((token_buckets::level, token_buckets::updated_at))
                .first(conn)
                .optional())?;
            match bucket {
                Some((level, at)) => Ok::<_, StoreError>(Some((level.into(), at.into()))),
                None => Ok(spent_at(link)?.map(|at| (0, at))),
            }
        })?;
        Ok(bucket.map_or(rate.capacity, |bucket| {
            narrow(refilled(bucket, rate, now) / SCALE)
        }))
    }
}

/// Stored level and when it was true.
type Bucket = (u64, Timestamp);

/// Makes sure that the bucket has a row, and locks it against other replicas.
fn lock_bucket(
    link: &mut Link<'_>,
    member: &NodeId,
    class: i16,
    rate: BudgetRate,
    now: Timestamp,
) -> Result<Bucket, StoreError> {
    let inserted = query!(link, |conn| diesel::insert_into(token_buckets::table)
        .values((
            token_buckets::member.eq(member.as_str()),
            token_buckets::class.eq(class),
            token_buckets::level.eq(count(narrow(full(rate)))),
            token_buckets::updated_at.eq(micros(now)),
        ))
        .on_conflict_do_nothing()
        .execute(conn))?;
    if inserted == 1
        && let Some(spent_at) = spent_at(link)?
    {
        query!(link, |conn| diesel::update(
            token_buckets::table.find((member.as_str(), class))
        )
        .set((
            token_buckets::level.eq(0),
            token_buckets::updated_at.eq(micros(spent_at)),
        ))
        .execute(conn))?;
    }
    let (level, at): (Count, At) = first_locked!(
        link,
        token_buckets::table
            .find((member.as_str(), class))
            .select((token_buckets::level, token_buckets::updated_at))
    )?;
    Ok((level.into(), at.into()))
}

/// The bucket as of `now` if its time lies farther ahead, which is written down: what is refused refills it, too.
fn without_leap(
    link: &mut Link<'_>,
    member: &NodeId,
    class: i16,
    bucket: Bucket,
    now: Timestamp,
) -> Result<Bucket, StoreError> {
    let (level, at) = bucket;
    if at <= now + LEAP {
        return Ok(bucket);
    }
    query!(link, |conn| diesel::update(
        token_buckets::table.find((member.as_str(), class))
    )
    .set(token_buckets::updated_at.eq(micros(now)))
    .execute(conn))?;
    Ok((level, now))
}

/// When a restored node counted every budget as spent, those too that it had no row for.
fn spent_at(link: &mut Link<'_>) -> Result<Option<Timestamp>, StoreError> {
    let noted = node_meta::read(link, node_meta::BUDGETS_SPENT_AT)?;
    Ok(noted
        .and_then(|micros| micros.parse().ok())
        .map(Timestamp::from_micros))
}

fn full(rate: BudgetRate) -> u128 {
    u128::from(rate.capacity) * SCALE
}

fn refilled((level, at): Bucket, rate: BudgetRate, now: Timestamp) -> u128 {
    let refill = now.since(at).as_micros() * u128::from(rate.per_day) * SCALE / DAY_MICROS;
    (u128::from(level) + refill).min(full(rate))
}

fn wait(price: u128, level: u128, rate: BudgetRate) -> Option<Duration> {
    if price > full(rate) || rate.per_day == 0 {
        return None;
    }
    let missing = (price - level) * DAY_MICROS;
    let micros = missing.div_ceil(u128::from(rate.per_day) * SCALE);
    Some(Duration::from_micros(narrow(micros)))
}

/// A wait that ends while the credit that it counts on is still there.
fn lasting(wait: Option<Duration>, until: Timestamp, now: Timestamp) -> Option<Duration> {
    wait.filter(|wait| now + *wait < until)
}

fn narrow(number: u128) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: BudgetRate = BudgetRate {
        capacity: 100,
        per_day: 86_400,
    };

    #[test]
    fn a_bucket_refills_by_the_second_and_never_over_its_capacity() {
        let at = Timestamp::from_secs(1_000);
        assert_eq!(refilled((0, at), RATE, at + Duration::from_secs(3)), 3 * SCALE);
        assert_eq!(
            refilled((0, at), RATE, at + Duration::from_secs(900)),
            100 * SCALE
        );
        assert_eq!(refilled((0, at), RATE, Timestamp::from_secs(0)), 0);
    }

    #[test]
    fn the_wait_is_just_long_enough() {
        let wait = wait(10 * SCALE, 4 * SCALE + 1, RATE).unwrap();
        let at = Timestamp::from_secs(0);
        let level = narrow(4 * SCALE + 1);
        assert!(refilled((level, at), RATE, at + wait) >= 10 * SCALE);
        assert!(refilled((level, at), RATE, at + (wait - Duration::from_micros(1))) < 10 * SCALE);
    }

    #[test]
    fn more_than_the_capacity_is_never_affordable() {
        assert_eq!(wait(101 * SCALE, 0, RATE), None);
    }
}
