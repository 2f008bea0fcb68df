use std::path::PathBuf;
use std::process::ExitCode;

use clap::value_parser;
use lianfang_flow::RestorePlan;

use super::{Fault, Outcome, Terminal};
use crate::config::{Config, FILE};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Configuration of the node, which names the empty data folder and database; taken from the backup if it
    /// doesn't exist.
    #[arg(long, value_name = "FILE", default_value = FILE)]
    config: PathBuf,
    /// What `lianfang backup` wrote.
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
    /// Go on without anybody's word if the federation has no other active member.
    #[arg(long, requires = "reason")]
    alone: bool,
    /// Go on above this incarnation: the copy that was restored with it is gone.
    #[arg(long, value_name = "INCARNATION", requires = "reason", value_parser = value_parser!(u32).range(..i64::from(u32::MAX)))]
    over: Option<u32>,
    /// Why, for the audit log.
    #[arg(long, default_value = "")]
    reason: String,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> Outcome {
    if let Ok(config) = Config::load(&args.config) {
        crate::log::start(&config.log, None)
            .map_err(|error| Fault::new("log_filter").with("reason", error))?;
    }
    let plan = RestorePlan {
        backup: String::new(),
        over: args.over,
        alone: args.alone,
        reason: args.reason,
    };
    let config = crate::backup::restore(&args.backup, &args.config, plan).map_err(Fault::plain)?;
    terminal.note(
        "restored",
        &[("folder", config.node.data_dir.display().to_string())],
    );
    Ok(ExitCode::SUCCESS)
}
