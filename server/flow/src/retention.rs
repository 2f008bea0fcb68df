use std::time::Duration;

use lianfang_encoding::Timestamp;
use lianfang_store::{Store, StoreError};

use crate::{FlowError, Node};

/// How long is kept what nobody has to keep; `None` for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Runs of jobs.
    pub job_runs: Option<Duration>,
    /// Alerts, from their end on.
    pub ended_alerts: Option<Duration>,
}

/// How much was forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forgotten {
    pub job_runs: usize,
    pub alerts: usize,
    /// Records of others that had been confirmed and are valid no more.
    pub records: usize,
    /// Credits for evaluations that had expired.
    pub credits: usize,
}

impl Default for Retention {
    fn default() -> Self {
        const DAY: u64 = 86_400;
        Self {
            job_runs: Some(Duration::from_secs(90 * DAY)),
            ended_alerts: Some(Duration::from_secs(730 * DAY)),
        }
    }
}

/// When this was last done, in microseconds.
const NOTE: &str = "forgotten_at";
/// From one time to the next, no more time than this counts: a clock that is ahead for a night forgets nothing before its
/// time, and after a downtime the next night goes on.
const STRIDE: Duration = Duration::from_secs(2 * 86_400);

impl Node {
    /// Forgets what has been kept long enough.
    ///
    /// # Errors
    /// When the store fails; what was forgotten until then stays forgotten.
    pub async fn forget_old(&self) -> Result<Forgotten, FlowError> {
        let now = self.now();
        let mut forgotten = Forgotten {
            records: self.gateway.store(move |store| store.prune_records(now)).await?,
            ..Forgotten::default()
        };
        let Some(counted) = self.counted(now).await? else {
            return Ok(forgotten);
        };
        forgotten.credits = self
            .gateway
            .store(move |store| store.forget_credits(counted))
            .await?;
        if let Some(kept) = self.settings.retention.job_runs {
            let before = counted - kept;
            forgotten.job_runs = self
                .in_batches(move |store| store.forget_job_runs(before, now))
                .await?;
        }
        if let Some(kept) = self.settings.retention.ended_alerts {
            let before = counted - kept;
            forgotten.alerts = self.in_batches(move |store| store.forget_alerts(before)).await?;
        }
        Ok(forgotten)
    }

    /// The time that counts as now, which is noted; none for the first time.
    async fn counted(&self, now: Timestamp) -> Result<Option<Timestamp>, FlowError> {
        let noted = self.gateway.store(|store| store.meta(NOTE)).await?;
        let text = now.as_micros().to_string();
        self.gateway
            .store(move |store| store.set_meta(NOTE, &text))
            .await?;
        let last = noted
            .and_then(|noted| noted.parse().ok())
            .map(Timestamp::from_micros);
        Ok(last.map(|last| now.min(last + STRIDE)))
    }

    /// Each batch is a transaction of its own, between which others get their turn.
    async fn in_batches(
        &self,
        forget: impl Fn(&Store) -> Result<usize, StoreError> + Copy + Send + 'static,
    ) -> Result<usize, FlowError> {
        let mut forgotten = 0;
        loop {
            match self.gateway.store(forget).await? {
                0 => return Ok(forgotten),
                batch => forgotten += batch,
            }
        }
    }
}
