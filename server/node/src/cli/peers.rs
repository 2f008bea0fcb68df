use std::process::ExitCode;

use lianfang_wire::screening::Peer;

use super::node::NodeArgs;
use super::{Outcome, Terminal};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// One JSON document per peer.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let peers = args.node.client()?.peers().await?;
    for peer in &peers {
        if args.json {
            terminal.json(peer);
        } else {
            terminal.line(&line(peer, terminal));
        }
    }
    if peers.is_empty() {
        terminal.note("no_peers", &[]);
    }
    Ok(ExitCode::SUCCESS)
}

fn line(peer: &Peer, terminal: &Terminal) -> String {
    let never = || terminal.say("word.never", &[]);
    let lists: u64 = peer.lists.iter().map(|list| list.identifiers).sum();
    terminal.say(
        "line.peer",
        &[
            ("id", peer.id.to_string()),
            ("role", peer.role.clone()),
            ("status", peer.status.clone()),
            (
                "freshness",
                peer.freshness_seconds
                    .map_or_else(never, |seconds| format!("{seconds} s")),
            ),
            ("lists", peer.lists.len().to_string()),
            ("identifiers", lists.to_string()),
            ("brake", peer.brake.clone()),
            ("off", off(peer)),
            ("error", peer.last_error.clone().unwrap_or_else(|| "-".to_owned())),
        ],
    )
}

/// The kinds that aren't compared with a peer, each with its reason.
fn off(peer: &Peer) -> String {
    let kinds: Vec<String> = peer
        .disabled_kinds
        .iter()
        .map(|off| format!("{} ({})", off.kind, off.reason.code()))
        .collect();
    if kinds.is_empty() {
        "-".to_owned()
    } else {
        kinds.join(", ")
    }
}
