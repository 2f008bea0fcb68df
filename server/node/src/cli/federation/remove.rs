use std::process::ExitCode;

use lianfang_encoding::NodeId;

use crate::cli::node::NodeArgs;
use crate::cli::{Outcome, Terminal};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// The member.
    #[arg(value_name = "ID")]
    member: NodeId,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    args.node.client()?.remove(&args.member).await?;
    terminal.note("removed", &[("node", args.member.to_string())]);
    Ok(ExitCode::SUCCESS)
}
