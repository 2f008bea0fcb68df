//! `lianfang explain`: why something was, or wasn't, sent or matched.

use std::process::ExitCode;

use lianfang_encoding::Timestamp;
use lianfang_wire::explanation::{
    Arrival, EntryExplanation, Explanation, FormExplanation, FormOutcome, OwnListExplanation,
    PeerExplanation, ReaderExplanation,
};
use lianfang_wire::screening::{IdentifierOutcome, IdentifierStatus, Reason, Screening};

use super::node::NodeArgs;
use super::{Fault, Outcome, Terminal};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// Id of an entry of this node, of another member, or of an earlier screening.
    #[arg(value_name = "ENTRY|PEER|SCREENING")]
    id: String,
    /// Everything as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let is_id = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if args.id.is_empty() || !args.id.bytes().all(is_id) {
        return Err(Fault::new("explained"));
    }
    let explanation = args.node.client()?.explain(&args.id).await?;
    if args.json {
        terminal.json(&explanation);
        return Ok(ExitCode::SUCCESS);
    }
    match explanation {
        Explanation::Entry(entry) => show_entry(&entry, terminal),
        Explanation::Peer(peer) => show_peer(&peer, terminal),
        Explanation::Screening(screening) => show_screening(&screening, terminal),
    }
    Ok(ExitCode::SUCCESS)
}

fn show_entry(entry: &EntryExplanation, terminal: &Terminal) {
    let with = [
        ("entry", entry.entry.to_string()),
        ("state", entry.state.to_string()),
        ("audience", entry.audience.clone()),
        ("type", entry.subject_type.clone()),
        ("grade", entry.evidence_grade.to_string()),
        ("sequence", number(entry.sequence)),
        ("came", number(entry.came)),
        ("left", number(entry.left)),
        ("status", number(entry.status)),
    ];
    terminal.line(&terminal.say("explain.entry", &with));
    for form in &entry.forms {
        terminal.line(&form_line(form, terminal));
    }
    for identifier in &entry.rejected {
        terminal.line(&identifier_line(identifier, terminal));
    }
    for reader in &entry.readers {
        terminal.line(&reader_line(reader, terminal));
    }
}

fn form_line(form: &FormExplanation, terminal: &Terminal) -> String {
    let outcome = match form.outcome {
        FormOutcome::Published => "explain.published",
        FormOutcome::Waiting => "explain.waiting",
        FormOutcome::Withheld => "explain.withheld",
        FormOutcome::Leaving => "explain.leaving",
    };
    let rule = form
        .reason
        .as_ref()
        .map(|code| terminal.say(&format!("withheld.{code}"), &[]));
    let with = [
        ("index", form.index.to_string()),
        ("kind", form.kind.clone()),
        ("level", form.level.clone()),
        ("outcome", terminal.say(outcome, &[])),
        ("rule", rule.unwrap_or_else(|| "-".to_owned())),
    ];
    terminal.say("explain.form", &with)
}

fn reader_line(reader: &ReaderExplanation, terminal: &Terminal) -> String {
    let arrived = |what: &str, arrival: Arrival| {
        let how = match arrival {
            Arrival::Nothing => "nothing",
            Arrival::Unknown => "unknown",
            Arrival::Behind => "behind",
            Arrival::TakenOver => "taken_over",
        };
        terminal.say(&format!("explain.{what}_{how}"), &[])
    };
    if !reader.may_read {
        let with = [
            ("id", reader.peer.to_string()),
            ("reach", terminal.say("explain.outside", &[])),
        ];
        return terminal.say("explain.reader", &with);
    }
    let with = [
        ("id", reader.peer.to_string()),
        ("list", arrived("list", reader.list)),
        ("status", arrived("status", reader.status)),
        ("said", said(reader.said_at, reader.answered, terminal)),
    ];
    terminal.say("explain.arrival", &with)
}

fn said(at: Option<Timestamp>, answered: bool, terminal: &Terminal) -> String {
    let key = match (at, answered) {
        (None, _) => "explain.never_said",
        (Some(_), true) => "explain.says",
        (Some(_), false) => "explain.said",
    };
    terminal.say(key, &[("at", at.map_or_else(String::new, |at| at.to_string()))])
}

/// Whether a list has got to a member.
fn reach(may_read: bool, acknowledged: Option<u64>, newest: Option<u64>) -> &'static str {
    match (may_read, newest, acknowledged) {
        (false, ..) => "explain.outside",
        (true, None, _) => "explain.nothing",
        (true, Some(_), None) => "explain.unknown",
        (true, Some(newest), Some(held)) if held < newest => "explain.behind",
        (true, Some(_), Some(_)) => "explain.current",
    }
}

fn show_peer(explained: &PeerExplanation, terminal: &Terminal) {
    terminal.line(&super::peers::line(&explained.peer, terminal));
    for list in &explained.peer.lists {
        let with = [
            (
                "list",
                format!("{}/{}/{}", list.audience, list.subject_type, list.epoch),
            ),
            ("sequence", list.sequence.to_string()),
            ("identifiers", list.identifiers.to_string()),
            ("created", list.created.to_string()),
            ("expires", list.expires.to_string()),
        ];
        terminal.line(&terminal.say("explain.held", &with));
    }
    for list in &explained.lists {
        terminal.line(&own_list_line(list, terminal));
    }
}

fn own_list_line(list: &OwnListExplanation, terminal: &Terminal) -> String {
    let reach = reach(list.may_read, list.acknowledged, Some(list.sequence));
    let with = [
        (
            "list",
            format!("{}/{}/{}", list.audience, list.subject_type, list.epoch),
        ),
        ("sequence", list.sequence.to_string()),
        (
            "reach",
            terminal.say(reach, &[("sequence", number(list.acknowledged))]),
        ),
        (
            "at",
            list.said_at.map_or_else(|| "-".to_owned(), |at| at.to_string()),
        ),
    ];
    terminal.say("explain.own_list", &with)
}

fn show_screening(screening: &Screening, terminal: &Terminal) {
    let with = [
        ("id", screening.id.to_string()),
        ("verdict", screening.verdict.to_string()),
        (
            "complete",
            terminal.say(if screening.complete { "word.yes" } else { "word.no" }, &[]),
        ),
        ("policy", screening.policy_version.clone()),
        ("at", screening.evaluated_at.to_string()),
        ("consulted", screening.publishers.consulted.to_string()),
    ];
    terminal.line(&terminal.say("explain.screening", &with));
    for identifier in &screening.identifiers {
        terminal.line(&identifier_line(identifier, terminal));
    }
    for reason in &screening.reasons {
        terminal.line(&reason_line(reason, terminal));
    }
    for exception in &screening.publishers.exceptions {
        let with = [
            ("id", exception.id.to_string()),
            ("reason", code_of(&exception.reason)),
        ];
        terminal.line(&terminal.say("explain.exception", &with));
    }
}

fn identifier_line(identifier: &IdentifierOutcome, terminal: &Terminal) -> String {
    let status = match identifier.status {
        IdentifierStatus::Screened => "explain.screened",
        IdentifierStatus::Rejected => "explain.rejected",
        IdentifierStatus::Unavailable => "explain.unavailable",
    };
    let with = [
        ("index", identifier.index.to_string()),
        ("kind", identifier.kind.clone()),
        ("status", terminal.say(status, &[])),
        (
            "reason",
            identifier.reason.clone().unwrap_or_else(|| "-".to_owned()),
        ),
    ];
    terminal.say("explain.identifier", &with)
}

fn reason_line(reason: &Reason, terminal: &Terminal) -> String {
    let text = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let with = [
        (
            "meaning",
            terminal.say(&format!("reason.{}", code_of(&reason.code)), &[]),
        ),
        (
            "index",
            text(reason.identifier_index.map(|index| index.to_string())),
        ),
        (
            "publisher",
            text(reason.publisher.as_ref().map(ToString::to_string)),
        ),
        ("entry", text(reason.entry.map(|entry| entry.to_string()))),
        ("state", text(reason.state.map(|state| state.to_string()))),
    ];
    terminal.say("explain.reason", &with)
}

/// The stable code of an enumeration as JSON writes it.
fn code_of(value: &impl serde::Serialize) -> String {
    let code = serde_json::to_value(value).ok();
    let code = code.as_ref().and_then(serde_json::Value::as_str);
    code.unwrap_or_default().to_owned()
}

fn number(value: Option<u64>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}
