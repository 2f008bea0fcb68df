//! `lianfang demo`: a real federation on loopback, one process per node, and the story of a counterfeiter
//! who is closed at one shop and blocked at the others.

mod cases;
mod database;
mod federation;
mod offenders;
mod process;
mod regulator;
mod screening;
mod steps;
mod strangers;
mod telling;
mod watching;

use std::cell::Cell;
use std::future::{self, Future};
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use lianfang_identifier::Region;
use tokio::signal::unix::{SignalKind, signal};

use self::cases::Material;
use self::database::DatabaseKind;
use self::federation::Federation;
use self::telling::Telling;
use super::table::{self, Mapping};
use super::{Fault, Outcome, Terminal};

#[derive(clap::Args)]
#[command(after_long_help = table::HELP)]
pub(super) struct Args {
    /// Exit after the story; the exit code is 0 only if every step went well.
    #[arg(long)]
    check: bool,
    /// Picks the offender, how it is disguised, and its near neighbour.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// First of the ports that are used; free ones are looked for when absent.
    #[arg(long, value_name = "N")]
    port_base: Option<u16>,
    /// Database of every node.
    #[arg(long, value_enum, default_value_t = DatabaseKind::Sqlite)]
    database: DatabaseKind,
    /// CSV of sellers that platform A records as offenders, in place of the synthetic ones.
    #[arg(long, value_name = "FILE")]
    entries: Option<PathBuf>,
    /// CSV of sellers that apply at platform B, in place of the shipped sample.
    #[arg(long, value_name = "FILE")]
    applicants: Option<PathBuf>,
    /// How the files name columns and kinds; see below. May be given several times.
    #[arg(long = "map", value_name = "MAPPING")]
    mappings: Vec<Mapping>,
    /// Country of values in the files that don't name one (telephone numbers), ISO 3166-1 alpha-2.
    #[arg(long, value_name = "CC")]
    region: Option<Region>,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let is_told = Cell::new(false);

    let stop = stop().map_err(Fault::plain)?;
    // Whoever is stopped drops the story, and with it the nodes and their folders.
    tokio::select! {
        outcome = story(args, terminal, &is_told) => outcome,
        () = stop => Ok(if is_told.get() { ExitCode::SUCCESS } else { ExitCode::FAILURE }),
    }
}

/// Ends with the first signal to stop: that of a closed terminal, too.
fn stop() -> io::Result<impl Future<Output = ()>> {
    let (mut interrupt, mut terminate, mut hangup) = (
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
        signal(SignalKind::hangup())?,
    );
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}

async fn story(args: Args, terminal: &Terminal, is_told: &Cell<bool>) -> Outcome {
    let material = Material::load(&args, terminal)?;
    let mut telling = Telling::new(terminal);
    let mut federation = Federation::start(args.database, args.port_base).await?;
    steps::tell(&mut federation, &material, &mut telling).await?;
    if args.check {
        telling.end();
        return Ok(ExitCode::SUCCESS);
    }
    federation.introduce(terminal)?;
    is_told.set(true);
    future::pending().await
}
