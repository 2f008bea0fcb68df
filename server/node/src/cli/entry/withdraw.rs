use std::process::ExitCode;

use lianfang_wire::entry::NewEvent;
use lianfang_wire::vocabulary::EventType;
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
    /// Why, for the timeline.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let client = args.node.client()?;
    let entry = client.entry(args.id).await?;
    let event = NewEvent {
        kind: EventType::Withdrawn,
        reason: args.reason,
        reference: None,
    };
    let entry = client.entry_event(args.id, entry.revision, &event).await?;
    terminal.note("withdrawn", &[("entry", entry.id.to_string())]);
    Ok(ExitCode::SUCCESS)
}
