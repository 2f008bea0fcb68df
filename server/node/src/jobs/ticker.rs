use std::sync::Arc;
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;

use super::Runner;

/// Between two looks at what is due: schedules have minutes.
pub const TICK: Duration = Duration::from_secs(60);

/// Looks once before it returns and then after every `pause` whether something is due, and each time after the first
/// whether another replica has changed the membership, until `stop`. A pause is
/// measured, not read off the wall clock: setting that, forward or back, keeps no look from coming.
pub async fn tick_every(pause: Duration, runner: Arc<Runner>, stop: CancellationToken) {
    let mut interval = tokio::time::interval(pause);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval.tick().await;
    let _under_way = runner.start_due().await;
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = interval.tick() => {
                    let _coming = runner.take_up_membership();
                    let _under_way = runner.start_due().await;
                }
            }
        }
    });
}
