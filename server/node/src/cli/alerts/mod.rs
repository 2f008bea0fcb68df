mod list;
mod resolve;

use clap::Subcommand;

use super::node::NodeArgs;
use super::{Outcome, Terminal};

#[derive(clap::Args)]
#[group(skip)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) node: NodeArgs,
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
        Some(Command::Resolve(decision)) => resolve::run(&args.node, decision, terminal).await,
        None => list::run(&args.node, args.list, terminal).await,
    }
}
