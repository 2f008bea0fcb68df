use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{Fault, Outcome, Terminal};
use crate::config::Config;
use crate::traces;
use crate::wiring::{Upkeep, assemble, open};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Configuration of the node.
    #[arg(long, value_name = "FILE", default_value = crate::config::FILE)]
    config: PathBuf,
    /// Check the configuration and exit.
    #[arg(long)]
    check_config: bool,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let config = Config::load(&args.config)?;
    traces::supported(config.traces.as_ref())?;
    if args.check_config {
        terminal.note("config_fine", &[("file", args.config.display().to_string())]);
        return Ok(ExitCode::SUCCESS);
    }
    let traced = traces::start(&config)?;
    crate::log::start(&config.log, traced.layer())
        .map_err(|error| Fault::new("log_filter").with("reason", error))?;
    let files = crate::limits::raise_open_files();
    if files < config.limits.files() {
        tracing::warn!(
            files.permitted = files,
            files.needed = config.limits.files(),
            "the limit of open files is low"
        );
    }
    let stop = CancellationToken::new();
    stop_on_signals(&stop).map_err(Fault::plain)?;
    // From here on it ends nobody. What it asks for before the doors are open is looked at once they are.
    let hangup = signal(SignalKind::hangup()).map_err(Fault::plain)?;
    let assembled = assemble(&config).await?;
    let mut doors = open(&config, &assembled, stop).await?;
    look_on_hangup(hangup, Arc::clone(doors.upkeep()));
    tracing::info!(
        node.id = %config.node.id,
        door.federation = doors.federation.map(tracing::field::display),
        door.platform = doors.platform.map(tracing::field::display),
        door.regulator = doors.regulator.map(tracing::field::display),
        door.operations = doors.operations.map(tracing::field::display),
        "the node is up"
    );
    let closed = doors.closed().await;
    traced.close().await;
    closed.map_err(Fault::plain)?;
    tracing::info!(node.id = %config.node.id, "the node has stopped");
    Ok(ExitCode::SUCCESS)
}

fn look_on_hangup(mut hangup: Signal, upkeep: Arc<Upkeep>) {
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            upkeep.look().await;
        }
    });
}

fn stop_on_signals(stop: &CancellationToken) -> std::io::Result<()> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        stop.cancel();
    });
    Ok(())
}
