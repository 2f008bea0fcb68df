mod export;
mod import;
mod show;
mod template;
mod withdraw;

use clap::Subcommand;

use super::{Outcome, Terminal};

#[derive(Subcommand)]
pub(in crate::cli) enum Command {
    /// Record entries from a CSV or JSONL file. Safe to run again after an interruption.
    Import(import::Args),
    /// Write every entry to standard output, one JSON document per line.
    Export(export::Args),
    /// Show one entry with its timeline.
    Show(show::Args),
    /// Take an entry back: it is released at every member.
    Withdraw(withdraw::Args),
}

pub(super) async fn run(command: Command, terminal: &Terminal) -> Outcome {
    match command {
        Command::Import(args) => import::run(args, terminal).await,
        Command::Export(args) => export::run(args, terminal).await,
        Command::Show(args) => show::run(args, terminal).await,
        Command::Withdraw(args) => withdraw::run(args, terminal).await,
    }
}
