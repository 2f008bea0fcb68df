use std::process::ExitCode;

use lianfang_encoding::NodeId;
use lianfang_flow::{PeerSync, PublicationPlan, SyncLine, SyncReport};
use lianfang_sdk::Error;

use super::node::NodeArgs;
use super::{Fault, Outcome, Terminal};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// Only this peer.
    #[arg(long, value_name = "ID")]
    peer: Option<NodeId>,
    /// Say what would be fetched and sent, and what is kept back and why; change nothing.
    #[arg(long)]
    dry_run: bool,
    /// The whole report as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let report = sync(&args, terminal).await?;
    if args.json {
        terminal.json(&report);
    } else {
        show(&report, terminal);
    }
    Ok(if report.is_complete() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Says of each peer that it is done, when it is.
async fn sync(args: &Args, terminal: &Terminal) -> Result<SyncReport, Fault> {
    let (mut done, mut last) = (0_usize, None);
    let each = |line| match line {
        SyncLine::Peer(peer) => {
            done += 1;
            note(&peer, done, terminal);
        }
        SyncLine::Done(report) => last = Some(Ok(report)),
        SyncLine::Failed(problem) => last = Some(Err(Error::Refused(Box::new(problem)))),
    };
    args.node
        .client()?
        .sync_lines(args.peer.as_ref(), args.dry_run, each)
        .await?;
    Ok(last.unwrap_or(Err(Error::Malformed))?)
}

fn note(peer: &PeerSync, done: usize, terminal: &Terminal) {
    let with = [
        ("count", done.to_string()),
        ("id", peer.peer.to_string()),
        ("error", peer.error.clone().unwrap_or_else(|| "-".to_owned())),
    ];
    terminal.note("peer_done", &with);
}

fn show(report: &SyncReport, terminal: &Terminal) {
    for peer in &report.peers {
        terminal.line(&line(peer, report.dry_run, terminal));
        lists(peer, report.dry_run, terminal);
    }
    if let Some(plan) = &report.sends {
        sends(plan, terminal);
    }
    if report.is_idle() {
        terminal.line(&terminal.say(
            if report.dry_run {
                "sync.idle"
            } else {
                "sync.unchanged"
            },
            &[],
        ));
    }
}

/// What this node would send, and what it keeps and why.
fn sends(plan: &PublicationPlan, terminal: &Terminal) {
    for list in &plan.lists {
        let with = [
            (
                "list",
                format!("{}/{}/{}", list.audience, list.subject_type, list.epoch),
            ),
            ("additions", list.additions.to_string()),
            ("removals", list.removals.to_string()),
            ("readers", list.readers.to_string()),
        ];
        terminal.line(&terminal.say("sync.sends", &with));
    }
    for (key, counts) in [("sync.withheld", &plan.withheld), ("sync.local", &plan.local)] {
        for (code, count) in counts {
            let with = [
                ("count", count.to_string()),
                ("rule", terminal.say(&format!("withheld.{code}"), &[])),
            ];
            terminal.line(&terminal.say(key, &with));
        }
    }
}

fn line(peer: &PeerSync, dry_run: bool, terminal: &Terminal) -> String {
    let reason = match (&peer.error, &peer.detail) {
        (None, _) => "-".to_owned(),
        (Some(code), None) => code.clone(),
        (Some(code), Some(detail)) => format!("{code}: {detail}"),
    };
    terminal.say(
        if dry_run { "sync.would" } else { "line.sync" },
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

fn lists(peer: &PeerSync, dry_run: bool, terminal: &Terminal) {
    let id = || ("id", peer.peer.to_string());
    if let Some(version) = peer.membership.filter(|_| dry_run) {
        let with = [id(), ("version", version.to_string())];
        terminal.line(&terminal.say("sync.membership", &with));
    }
    if peer.quarantined {
        terminal.line(&terminal.say("sync.quarantined", &[id()]));
    }
    for list in &peer.lists {
        let name = format!("{}/{}/{}", list.audience, list.subject_type, list.epoch);
        if let Some(reason) = &list.refused {
            let with = [id(), ("list", name), ("reason", reason.clone())];
            terminal.line(&terminal.say("line.refused", &with));
        } else if dry_run {
            let with = [
                id(),
                ("list", name),
                ("from", list.from_sequence.to_string()),
                ("to", list.to_sequence.to_string()),
                ("bytes", list.bytes.to_string()),
            ];
            terminal.line(&terminal.say("sync.list", &with));
        }
    }
}
