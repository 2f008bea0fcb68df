use std::time::Duration;

use diesel::dsl::{exists, select};
use diesel::prelude::*;
use lianfang_encoding::Timestamp;
use uuid::Uuid;

use crate::columns::{At, Id, MaybeAt, micros};
use crate::database::{Link, query};
use crate::locks::{Lock, lock};
use crate::schema::job_runs;
use crate::{Store, StoreError};

/// One run of one job, which is also the lock between replicas.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = job_runs)]
pub struct JobRunRow {
    pub job: String,
    #[diesel(deserialize_as = At)]
    pub scheduled_for: Timestamp,
    pub runner: String,
    #[diesel(deserialize_as = Id)]
    pub lease_token: Uuid,
    #[diesel(deserialize_as = At)]
    pub lease_expires: Timestamp,
    #[diesel(deserialize_as = At)]
    pub started: Timestamp,
    #[diesel(deserialize_as = MaybeAt)]
    pub finished: Option<Timestamp>,
    pub outcome: Option<String>,
    pub detail: Option<String>,
}

/// Who may run a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The caller, until its lease ends.
    Won,
    /// A run of this job, for this time or another one, holds a lease that hasn't ended.
    Running(JobRunRow),
    /// Nobody: this run is finished.
    Finished(JobRunRow),
}

impl Store {
    /// Asks to run `job` as scheduled for a time. Of all replicas one wins, and none while a run of the job is under
    /// way anywhere; a lease that ran out without a finish can be taken over. `lease_token` is fresh for each claim.
    ///
    /// # Errors
    /// Those of any write.
    pub fn claim_job(
        &self,
        job: &str,
        scheduled_for: Timestamp,
        runner: &str,
        lease_token: Uuid,
        now: Timestamp,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let values = (
            job_runs::runner.eq(runner),
            job_runs::lease_token.eq(lease_token.as_bytes().as_slice()),
            job_runs::lease_expires.eq(micros(now + lease)),
            job_runs::started.eq(micros(now)),
        );
        let key = (
            job_runs::job.eq(job),
            job_runs::scheduled_for.eq(micros(scheduled_for)),
        );
        self.db.write(|link| {
            lock(link, Lock::Job(job))?;
            if let Some(run) = under_way(link, job, now, lease)? {
                return Ok(Claim::Running(run));
            }
            let inserted = query!(link, |conn| diesel::insert_into(job_runs::table)
                .values((key, values))
                .on_conflict_do_nothing()
                .execute(conn))?;
            if inserted == 1 {
                return Ok(Claim::Won);
            }
            let ran_out = job_runs::table
                .find((job, micros(scheduled_for)))
                .filter(job_runs::finished.is_null());
            let taken = query!(link, |conn| diesel::update(ran_out).set(values).execute(conn))?;
            if taken == 1 {
                return Ok(Claim::Won);
            }
            finished(link, job, scheduled_for).map(Claim::Finished)
        })
    }

    /// Prolongs a lease that is still the caller's.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the run was finished or another runner took it over.
    pub fn renew_job(
        &self,
        job: &str,
        scheduled_for: Timestamp,
        lease_token: Uuid,
        lease_expires: Timestamp,
    ) -> Result<(), StoreError> {
        self.db.write(|link| {
            let changed = query!(link, |conn| diesel::update(held(
                &job,
                &micros(scheduled_for),
                lease_token.as_bytes()
            ))
            .set(job_runs::lease_expires.eq(micros(lease_expires)))
            .execute(conn))?;
            only_one(changed)
        })
    }

    /// Ends a run with an outcome code and a text for people.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the run was finished or another runner took it over.
    pub fn finish_job(
        &self,
        job: &str,
        scheduled_for: Timestamp,
        lease_token: Uuid,
        now: Timestamp,
        outcome: &str,
        detail: Option<&str>,
    ) -> Result<(), StoreError> {
        self.db.write(|link| {
            let changed = query!(link, |conn| diesel::update(held(
                &job,
                &micros(scheduled_for),
                lease_token.as_bytes()
            ))
            .set((
                job_runs::finished.eq(micros(now)),
                job_runs::outcome.eq(outcome),
                job_runs::detail.eq(detail),
            ))
            .execute(conn))?;
            only_one(changed)
        })
    }

    /// Forgets finished runs of `job` that were scheduled for later than `beyond`: they ran while the clock was ahead, and
    /// would stand for those that are due when it comes by there again.
    ///
    /// # Errors
    /// Those of any write.
    pub fn forget_job_runs_beyond(&self, job: &str, beyond: Timestamp) -> Result<(), StoreError> {
        let ahead = || {
            job_runs::table
                .filter(job_runs::job.eq(job))
                .filter(job_runs::scheduled_for.gt(micros(beyond)))
                .filter(job_runs::finished.is_not_null())
        };
        let some: bool = self
            .db
            .read(|link| Ok(query!(link, |conn| select(exists(ahead())).get_result(conn))?))?;
        if !some {
            return Ok(());
        }
        self.db.write(|link| {
            query!(link, |conn| diesel::delete(ahead()).execute(conn))?;
            Ok(())
        })
    }

    /// The run of `job` with the latest schedule up to `now` that was finished. What ran while the clock was ahead
    /// doesn't count once it is right again.
    ///
    /// # Errors
    /// Those of any read.
    pub fn last_finished_job(&self, job: &str, now: Timestamp) -> Result<Option<JobRunRow>, StoreError> {
        self.db.read(|link| {
            Ok(query!(link, |conn| job_runs::table
                .filter(job_runs::job.eq(job))
                .filter(job_runs::scheduled_for.le(micros(now)))
                .filter(job_runs::finished.is_not_null())
                .order(job_runs::scheduled_for.desc())
                .select(JobRunRow::as_select())
                .first(conn)
                .optional())?)
        })
    }
}

#[diesel::dsl::auto_type]
fn held<'a>(job: &'a &'a str, scheduled_for: &'a i64, lease_token: &'a [u8; 16]) -> _ {
    let job: &'a str = job;
    let scheduled_for: i64 = *scheduled_for;
    let lease_token: &'a [u8] = lease_token.as_slice();
    job_runs::table
        .filter(job_runs::job.eq(job))
        .filter(job_runs::scheduled_for.eq(scheduled_for))
        .filter(job_runs::lease_token.eq(lease_token))
        .filter(job_runs::finished.is_null())
}

/// A run whose lease holds. One that ends later than any that could have been given at `now` comes from a clock that
/// was ahead, and holds nobody up.
fn under_way(
    link: &mut Link<'_>,
    job: &str,
    now: Timestamp,
    lease: Duration,
) -> Result<Option<JobRunRow>, StoreError> {
    Ok(query!(link, |conn| job_runs::table
        .filter(job_runs::job.eq(job))
        .filter(job_runs::finished.is_null())
        .filter(job_runs::lease_expires.gt(micros(now)))
        .filter(job_runs::lease_expires.le(micros(now + lease * 2)))
        .order(job_runs::scheduled_for.desc())
        .select(JobRunRow::as_select())
        .first(conn)
        .optional())?)
}

fn finished(link: &mut Link<'_>, job: &str, scheduled_for: Timestamp) -> Result<JobRunRow, StoreError> {
    Ok(query!(link, |conn| job_runs::table
        .find((job, micros(scheduled_for)))
        .select(JobRunRow::as_select())
        .first(conn))?)
}

fn only_one(changed: usize) -> Result<(), StoreError> {
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::Conflict)
    }
}
