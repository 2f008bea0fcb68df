use std::sync::Arc;

use tokio_cron_scheduler::{Job, JobScheduler, JobSchedulerError};
use tokio_util::sync::CancellationToken;

use super::Runner;

/// The scheduler didn't start.
#[derive(Debug, thiserror::Error)]
#[error("the scheduler didn't start: {0}")]
pub struct TickerError(#[from] JobSchedulerError);

/// Looks every minute, and once at the start, whether something is due, until `stop`.
///
/// # Errors
/// [`TickerError`].
pub async fn tick_every_minute(runner: Arc<Runner>, stop: CancellationToken) -> Result<(), TickerError> {
    let _under_way = runner.start_due().await;
    let mut scheduler = JobScheduler::new().await?;
    let tick = Job::new_async("0 * * * * *", move |_, _| {
        let runner = Arc::clone(&runner);
        Box::pin(async move {
            let _under_way = runner.start_due().await;
        })
    })?;
    scheduler.add(tick).await?;
    scheduler.start().await?;
    tokio::spawn(async move {
        stop.cancelled().await;
        if let Err(error) = scheduler.shutdown().await {
            tracing::warn!(error = %error, "the scheduler didn't stop");
        }
    });
    Ok(())
}
