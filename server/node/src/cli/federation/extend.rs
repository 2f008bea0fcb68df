use std::process::ExitCode;

use lianfang_flow::MembershipView;

use crate::cli::node::NodeArgs;
use crate::cli::{Outcome, Terminal};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// For how many days from now on, at most 730.
    #[arg(long, value_name = "DAYS", default_value_t = 365)]
    days: u32,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let view: MembershipView = args.node.client()?.extend_membership(args.days).await?;
    let with = [
        ("version", view.version.to_string()),
        ("expires", view.expires.to_string()),
    ];
    terminal.note("extended", &with);
    Ok(ExitCode::SUCCESS)
}
