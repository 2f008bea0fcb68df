mod load;
mod status;

use clap::Subcommand;

use super::{Outcome, Terminal};

#[derive(Subcommand)]
pub(in crate::cli) enum Command {
    /// Watch the sellers or products of a CSV or JSONL file. Safe to run again after an interruption.
    Load(load::Args),
    /// How much is watched, and what waits.
    Status(status::Args),
}

pub(super) async fn run(command: Command, terminal: &Terminal) -> Outcome {
    match command {
        Command::Load(args) => load::run(args, terminal).await,
        Command::Status(args) => status::run(args, terminal).await,
    }
}
