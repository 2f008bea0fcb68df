use std::process::ExitCode;

use crate::cli::node::NodeArgs;
use crate::cli::{Outcome, Terminal};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// As a JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let status = args.node.client()?.roster().await?;
    if args.json {
        terminal.json(&status);
    } else {
        let with = [
            ("subjects", status.subjects.to_string()),
            ("tokens", status.tokens.to_string()),
            ("incomplete", status.incomplete.to_string()),
            ("pending", status.pending_hits.to_string()),
            ("open", status.open_alerts.to_string()),
        ];
        terminal.line(&terminal.say("line.roster", &with));
    }
    Ok(ExitCode::SUCCESS)
}
