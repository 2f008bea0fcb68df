use std::process::ExitCode;

use clap::Subcommand;
use lianfang_encoding::NodeId;
use lianfang_wire::peer::{BrakeDecision, Peer, PeerList};
use lianfang_wire::vocabulary::BrakeAction;

use super::node::NodeArgs;
use super::{Outcome, Terminal};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) node: NodeArgs,
    /// One JSON document per peer.
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Proofs that a publisher told different members different things: two heads that it signed, each as one JSON document.
    Forks {
        /// The publisher.
        #[arg(value_name = "ID")]
        peer: NodeId,
    },
    /// Let a publisher count again that the brake holds back; its counts start anew.
    Release {
        /// The publisher.
        #[arg(value_name = "ID")]
        peer: NodeId,
        /// Why, for the audit log.
        #[arg(long)]
        reason: String,
    },
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    match args.command {
        Some(Command::Release { peer, reason }) => {
            let decision = BrakeDecision {
                action: BrakeAction::Release,
                reason,
            };
            args.node.client()?.decide_brake(&peer, &decision).await?;
            terminal.note("released", &[("node", peer.to_string())]);
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Forks { peer }) => forks(&args.node, &peer, terminal).await,
        None => list(args, terminal).await,
    }
}

async fn forks(node: &NodeArgs, peer: &NodeId, terminal: &Terminal) -> Outcome {
    let forks = node.client()?.forks(peer).await?;
    forks.iter().for_each(|fork| terminal.json(fork));
    if forks.is_empty() {
        terminal.note("no_forks", &[("node", peer.to_string())]);
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(args: Args, terminal: &Terminal) -> Outcome {
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

pub(super) fn line(peer: &Peer, terminal: &Terminal) -> String {
    let never = || terminal.say("word.never", &[]);
    let sum = |of: fn(&PeerList) -> u64| peer.lists.iter().map(of).sum::<u64>().to_string();
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
            (
                "lag",
                peer.lag_seconds
                    .map_or_else(|| "-".to_owned(), |seconds| format!("{seconds} s")),
            ),
            ("lists", peer.lists.len().to_string()),
            ("identifiers", sum(|list| list.identifiers)),
            ("base", sum(|list| list.base_bytes)),
            ("changes", sum(|list| list.changes_bytes)),
            (
                "brake",
                peer.brake_reason.clone().unwrap_or_else(|| peer.brake.clone()),
            ),
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cli::messages::{Lang, Messages};

    #[test]
    fn a_peer_s_line_says_how_old_what_is_held_of_it_is_and_sums_up_the_memory_of_its_lists() {
        let list = |base: u64, changes: u64| {
            json!({
                "audience": "all", "subject_type": "seller", "epoch": 1, "sequence": 2, "identifiers": 10,
                "created": "2026-01-01T00:00:00.000000Z", "expires": "2026-01-08T00:00:00.000000Z",
                "base_bytes": base, "changes_bytes": changes,
            })
        };
        let peer: Peer = serde_json::from_value(json!({
            "id": "platform-a", "name": "A", "role": "platform", "status": "active", "brake": "none",
            "freshness_seconds": 40, "lag_seconds": 9,
            "lists": [list(59_136, 64), list(70_000, 0)],
        }))
        .unwrap();
        for (lang, age, memory) in [
            (
                Lang::En,
                "freshness 40 s\tlag 9 s\t",
                "memory 129136 B of bases, 64 B of changes",
            ),
            (
                Lang::Zh,
                "新鲜度 40 s\t滞后 9 s\t",
                "内存 基准 129136 B，变更 64 B",
            ),
        ] {
            let line = line(&peer, &Terminal::new(Messages::of(lang)));
            assert!(line.contains(age) && line.contains(memory), "{line}");
        }
    }
}
