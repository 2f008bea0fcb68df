use std::process::ExitCode;

use serde_json::json;
use uuid::Uuid;

use crate::cli::node::NodeArgs;
use crate::cli::{Outcome, Terminal};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// Id of the entry.
    #[arg(value_name = "ENTRY")]
    id: Uuid,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let client = args.node.client()?;
    let (entry, timeline) = (client.entry(args.id).await?, client.timeline(args.id).await?);
    terminal.pretty(&json!({ "entry": entry, "timeline": timeline }));
    Ok(ExitCode::SUCCESS)
}
