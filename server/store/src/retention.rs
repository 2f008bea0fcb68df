//! What has been kept long enough. Events, status items and the audit log are evidence and stay for good.

use diesel::dsl::max;
use diesel::prelude::*;
use lianfang_encoding::Timestamp;

use crate::alert_events::last;
use crate::alerts::AlertState;
use crate::batch::BATCH;
use crate::columns::{Id, count, limit, micros};
use crate::database::{Link, query};
use crate::locks::{Lock, lock};
use crate::schema::{alert_events, alert_matches, alerts, job_runs};
use crate::{Store, StoreError};

/// Runs that one transaction forgets of each job, so that nobody waits for long.
const RUNS: usize = 5_000;

impl Store {
    /// Forgets runs of jobs that were scheduled before `before` and whose lease ended before, up to a batch of each
    /// job. The last one that finished by `now` stays: what is due next hangs on it. Returns how many there were.
    ///
    /// # Errors
    /// Those of any write.
    pub fn forget_job_runs(&self, before: Timestamp, now: Timestamp) -> Result<usize, StoreError> {
        self.db.write(|link| {
            let mut forgotten = 0;
            for (job, last) in last_finished(link, now)? {
                forgotten += forget_runs(link, &job, before, micros(before).min(last))?;
            }
            Ok(forgotten)
        })
    }

    /// Forgets alerts that ended before `before`, with what was matched and what happened to them, up to a batch.
    /// What a person cleared stays cleared. Returns how many there were.
    ///
    /// # Errors
    /// Those of any write.
    pub fn forget_alerts(&self, before: Timestamp) -> Result<usize, StoreError> {
        self.db.write(|link| {
            lock(link, Lock::Alerts)?;
            let ended: Vec<Id> = query!(link, |conn| alerts::table
                .filter(alerts::state.ne(AlertState::Open as i16))
                .filter(alerts::ended_at.lt(micros(before)))
                .order(alerts::opened_seq)
                .limit(limit(BATCH))
                .select(alerts::id)
                .load(conn))?;
            let ended: Vec<uuid::Uuid> = ended.into_iter().map(Into::into).collect();
            let ids: Vec<&[u8]> = ended.iter().map(|id| id.as_bytes().as_slice()).collect();
            query!(link, |conn| diesel::delete(
                alert_matches::table.filter(alert_matches::alert_id.eq_any(&ids))
            )
            .execute(conn))?;
            // The newest gives the next one its sequence.
            let newest = count(last(link)?);
            query!(link, |conn| diesel::delete(
                alert_events::table
                    .filter(alert_events::alert_id.eq_any(&ids))
                    .filter(alert_events::seq.lt(newest))
            )
            .execute(conn))?;
            Ok(query!(link, |conn| diesel::delete(
                alerts::table.filter(alerts::id.eq_any(&ids))
            )
            .execute(conn))?)
        })
    }
}

/// Each job, and for when the last run was scheduled that has finished.
fn last_finished(link: &mut Link<'_>, now: Timestamp) -> Result<Vec<(String, i64)>, StoreError> {
    let last: Vec<(String, Option<i64>)> = query!(link, |conn| job_runs::table
        .filter(job_runs::finished.is_not_null())
        .filter(job_runs::scheduled_for.le(micros(now)))
        .group_by(job_runs::job)
        .select((job_runs::job, max(job_runs::scheduled_for)))
        .load(conn))?;
    Ok(last
        .into_iter()
        .filter_map(|(job, last)| Some((job, last?)))
        .collect())
}

fn forget_runs(
    link: &mut Link<'_>,
    job: &str,
    before: Timestamp,
    scheduled_before: i64,
) -> Result<usize, StoreError> {
    let next_batch: Option<i64> = query!(link, |conn| job_runs::table
        .filter(job_runs::job.eq(job))
        .filter(job_runs::scheduled_for.lt(scheduled_before))
        .filter(job_runs::lease_expires.lt(micros(before)))
        .order(job_runs::scheduled_for)
        .offset(limit(RUNS))
        .select(job_runs::scheduled_for)
        .first(conn)
        .optional())?;
    let end = next_batch.unwrap_or(scheduled_before);
    Ok(query!(link, |conn| diesel::delete(
        job_runs::table
            .filter(job_runs::job.eq(job))
            .filter(job_runs::scheduled_for.lt(end))
            .filter(job_runs::lease_expires.lt(micros(before)))
    )
    .execute(conn))?)
}
