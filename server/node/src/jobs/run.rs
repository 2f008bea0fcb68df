use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lianfang_encoding::Timestamp;
use lianfang_flow::{FlowError, Node, SyncSummary};
use lianfang_store::{Claim, Store, StoreError};
use tokio::task::JoinHandle;
use tracing::Instrument as _;
use uuid::Uuid;

use super::due::due;
use crate::config::{Jobs, Schedule};
use crate::metrics::Telemetry;
use crate::traces;

/// A run that isn't renewed for so long can be taken over by another replica.
const LEASE: Duration = Duration::from_secs(300);
const RENEWAL: Duration = Duration::from_secs(100);

/// What runs by the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Job {
    NightlyBuild,
    NightlySync,
    PollPeers,
    ExpireEntries,
    ApplyBrake,
    WatchRoster,
}

impl Job {
    /// Every job.
    pub const ALL: [Self; 6] = [
        Self::NightlyBuild,
        Self::NightlySync,
        Self::PollPeers,
        Self::ExpireEntries,
        Self::ApplyBrake,
        Self::WatchRoster,
    ];

    /// Its name in the table of runs.
    pub fn name(self) -> &'static str {
        match self {
            Self::NightlyBuild => "nightly_build",
            Self::NightlySync => "nightly_sync",
            Self::PollPeers => "poll_peers",
            Self::ExpireEntries => "expire_entries",
            Self::ApplyBrake => "apply_brake",
            Self::WatchRoster => "watch_roster",
        }
    }

    fn schedule(self, jobs: &Jobs) -> &Schedule {
        match self {
            Self::NightlyBuild => &jobs.nightly_build,
            Self::NightlySync => &jobs.nightly_sync,
            Self::PollPeers => &jobs.poll_peers,
            Self::ExpireEntries => &jobs.expire_entries,
            Self::ApplyBrake => &jobs.apply_brake,
            Self::WatchRoster => &jobs.watch_roster,
        }
    }

    async fn work(self, node: Arc<Node>, store: Store) -> Result<String, FlowError> {
        match self {
            Self::NightlyBuild => {
                let report = node.build_digests().await?;
                let forgotten = node.forget_old().await?;
                Ok(format!(
                    "{} lists published, {} unchanged; forgotten: {} runs of jobs, {} ended alerts, {} records, {} credits",
                    report.published.len(),
                    report.unchanged,
                    forgotten.job_runs,
                    forgotten.alerts,
                    forgotten.records,
                    forgotten.credits
                ))
            }
            Self::NightlySync | Self::PollPeers => {
                let report = node.sync(None, false).await?;
                serde_json::to_string(&SyncSummary::from(&report))
                    .map_err(|_| FlowError::Internal("a summary can't be written as JSON"))
            }
            Self::ApplyBrake => Ok(format!("{} publishers quarantined", node.apply_brake().await?)),
            Self::ExpireEntries => {
                let now = node.now();
                let forgotten = tokio::task::spawn_blocking(move || store.prune_idempotent(now));
                let forgotten = forgotten.await.unwrap_or(Err(StoreError::Unavailable))?;
                let ended = node.expire_entries().await?;
                Ok(format!(
                    "{ended} entries ended, {forgotten} idempotency keys forgotten"
                ))
            }
            Self::WatchRoster => {
                let report = node.watch_roster().await?;
                Ok(format!(
                    "{} subjects tokenised, {} hits answered, {} alerts closed",
                    report.tokenised, report.confirmed, report.closed
                ))
            }
        }
    }
}

/// Starts what is due and writes down how it went.
pub struct Runner {
    node: Arc<Node>,
    store: Store,
    jobs: Jobs,
    telemetry: Arc<Telemetry>,
    /// Of this replica, so that a job that takes longer than its interval isn't started again.
    running: Mutex<BTreeSet<Job>>,
}

/// A run that this replica has won.
struct Run {
    job: Job,
    scheduled: Timestamp,
    lease: Uuid,
}

impl Runner {
    /// Runs `jobs` for `node`, whose runs are kept in `store`.
    pub fn new(node: Arc<Node>, store: Store, jobs: Jobs, telemetry: Arc<Telemetry>) -> Arc<Self> {
        Arc::new(Self {
            node,
            store,
            jobs,
            telemetry,
            running: Mutex::default(),
        })
    }

    /// Starts every job that is due and that nobody runs, each as a task of its own.
    pub async fn start_due(self: &Arc<Self>) -> Vec<JoinHandle<()>> {
        let mut started = Vec::new();
        for job in Job::ALL {
            match self.claim(job).await {
                Ok(Some(run)) => {
                    let runner = Arc::clone(self);
                    started.push(tokio::spawn(async move { runner.carry_out(run).await }));
                }
                Ok(None) => {}
                Err(error) => {
                    tracing::error!(job.name = job.name(), error = %error, "a job couldn't be claimed");
                }
            }
        }
        started
    }

    /// Takes up what another replica has changed in the membership. The index that follows may need longer than a tick.
    pub fn take_up_membership(&self) -> JoinHandle<()> {
        let node = Arc::clone(&self.node);
        tokio::spawn(async move {
            if let Err(error) = node.take_up_membership().await {
                tracing::error!(error = %error, "a stored membership document couldn't be taken up");
            }
        })
    }

    async fn claim(self: &Arc<Self>, job: Job) -> Result<Option<Run>, StoreError> {
        let Some(cron) = job.schedule(&self.jobs).cron() else {
            return Ok(None);
        };
        if !self.enter(job) {
            return Ok(None);
        }
        let (zone, now, lease) = (self.jobs.timezone, self.node.now(), Uuid::new_v4());
        let (cron, runner) = (cron.clone(), self.node.id().to_string());
        let claimed = self
            .on_store(move |store| {
                store.forget_job_runs_beyond(job.name(), now + LEASE * 2)?;
                let last = store
                    .last_finished_job(job.name(), now)?
                    .map(|run| run.scheduled_for);
                let Some(scheduled) = due(&cron, zone, last, now) else {
                    return Ok(None);
                };
                let claim = store.claim_job(job.name(), scheduled, &runner, lease, now, LEASE)?;
                Ok((claim == Claim::Won).then_some(Run {
                    job,
                    scheduled,
                    lease,
                }))
            })
            .await;
        if !matches!(claimed, Ok(Some(_))) {
            self.leave(job);
        }
        claimed
    }

    async fn carry_out(self: Arc<Self>, run: Run) {
        let work = run.job.work(Arc::clone(&self.node), self.store.clone());
        let mut work = tokio::spawn(work.instrument(traces::of_job(run.job.name())));
        let outcome = tokio::select! {
            outcome = &mut work => outcome.unwrap_or(Err(FlowError::Internal("the job panicked"))),
            () = self.renew(&run) => {
                work.abort();
                Err(FlowError::Internal("another replica took the run over"))
            }
        };
        let succeeded = outcome.is_ok();
        let detail = match outcome {
            Ok(detail) => detail,
            Err(error) => error.to_string(),
        };
        tracing::info!(
            job.name = run.job.name(),
            job.succeeded = succeeded,
            job.detail = detail,
            "job finished"
        );
        self.telemetry.job_finished(run.job.name(), succeeded);
        if let Err(error) = self.finish(&run, succeeded, detail).await {
            tracing::error!(job.name = run.job.name(), error = %error, "a run couldn't be written down");
        }
        self.leave(run.job);
    }

    /// Prolongs the lease for as long as it is this run's; returns when it isn't any more.
    async fn renew(&self, run: &Run) {
        let mut interval = tokio::time::interval(RENEWAL);
        interval.tick().await;
        loop {
            interval.tick().await;
            let (name, scheduled, lease) = (run.job.name(), run.scheduled, run.lease);
            let until = self.node.now() + LEASE;
            let renewed = self
                .on_store(move |store| store.renew_job(name, scheduled, lease, until))
                .await;
            if renewed == Err(StoreError::Conflict) {
                return;
            }
        }
    }

    async fn finish(&self, run: &Run, succeeded: bool, detail: String) -> Result<(), StoreError> {
        let (name, scheduled, lease, now) = (run.job.name(), run.scheduled, run.lease, self.node.now());
        let outcome = if succeeded { "succeeded" } else { "failed" };
        self.on_store(move |store| store.finish_job(name, scheduled, lease, now, outcome, Some(&detail)))
            .await
    }

    async fn on_store<T: Send + 'static>(
        &self,
        call: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.store.clone();
        tokio::task::spawn_blocking(move || call(&store))
            .await
            .unwrap_or(Err(StoreError::Unavailable))
    }

    fn enter(&self, job: Job) -> bool {
        self.running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(job)
    }

    fn leave(&self, job: Job) {
        self.running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&job);
    }
}
