mod list;
mod resolve;

use clap::Subcommand;

use super::node::NodeArgs;
use super::{Outcome, Terminal};

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
#[group(skip)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    list: list::Args,
}

#[derive(Subcommand)]
enum Command {
    /// Note what was decided about an alert.
    Resolve(resolve::Args),
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    match args.command {
        Some(Command::Resolve(args)) => resolve::run(args, terminal).await,
        None => list::run(args.list, terminal).await,
    }
}
