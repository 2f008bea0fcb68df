use std::process::ExitCode;

use super::node::NodeArgs;
use super::{Outcome, Terminal};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
}

pub(super) fn run(args: &Args, terminal: &Terminal) -> Outcome {
    crate::wiring::open_store(&args.node.config()?)?;
    terminal.note("migrated", &[]);
    Ok(ExitCode::SUCCESS)
}
