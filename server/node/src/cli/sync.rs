use std::process::ExitCode;

use lianfang_encoding::NodeId;
use lianfang_flow::{PeerSync, SyncReport};

use super::node::NodeArgs;
use super::{Outcome, Terminal};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// Only this peer.
    #[arg(long, value_name = "ID")]
    peer: Option<NodeId>,
    /// Say what would be fetched, and fetch nothing.
    #[arg(long)]
    dry_run: bool,
    /// The whole report as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let report: SyncReport = args.node.client()?.sync(args.peer.as_ref(), args.dry_run).await?;
    if args.json {
        terminal.json(&report);
    } else {
        for peer in &report.peers {
            terminal.line(&line(peer, terminal));
            refused(peer, terminal);
        }
    }
    Ok(if report.is_complete() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn line(peer: &PeerSync, terminal: &Terminal) -> String {
    let reason = match (&peer.error, &peer.detail) {
        (None, _) => "-".to_owned(),
        (Some(code), None) => code.clone(),
        (Some(code), Some(detail)) => format!("{code}: {detail}"),
    };
    terminal.say(
        "line.sync",
        &[
            ("id", peer.peer.to_string()),
            ("lists", peer.lists.len().to_string()),
            ("unchanged", peer.unchanged.to_string()),
            ("status", peer.status_items.to_string()),
            ("bytes", peer.bytes.to_string()),
            ("error", reason),
        ],
    )
}

fn refused(peer: &PeerSync, terminal: &Terminal) {
    for list in &peer.lists {
        if let Some(reason) = &list.refused {
            let name = format!("{}/{}/{}", list.audience, list.subject_type, list.epoch);
            let with = [
                ("id", peer.peer.to_string()),
                ("list", name),
                ("reason", reason.clone()),
            ];
            terminal.line(&terminal.say("line.refused", &with));
        }
    }
}
