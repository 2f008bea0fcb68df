use std::path::PathBuf;
use std::process::ExitCode;

use lianfang_domain::Clock as _;

use super::{Fault, Outcome, Terminal};
use crate::clock::SystemClock;
use crate::config::{Config, FILE};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Data folder of the node.
    #[arg(long, value_name = "DIR", env = "LIANFANG_DATA", default_value = ".")]
    data: PathBuf,
    /// Its configuration, if that isn't in the data folder.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the backup goes. It holds the node's keys.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Outcome {
    let file = args.config.clone().unwrap_or_else(|| args.data.join(FILE));
    let config = Config::load(&file)?;
    let written = crate::backup::write(&config, &file, &args.out, SystemClock.now()).map_err(Fault::plain)?;
    let said = [
        ("file", args.out.display().to_string()),
        ("files", written.files.len().to_string()),
    ];
    terminal.note("backed_up", &said);
    Ok(ExitCode::SUCCESS)
}
