use std::process::ExitCode;

use lianfang_sdk::AlertQuery;
use lianfang_wire::alert::{Alert, AlertState};

use super::NodeArgs;
use crate::cli::words::one_of;
use crate::cli::{Outcome, Terminal};

const PAGE: u32 = 500;

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// Only alerts in this state: open, resolved or closed. Open ones when absent.
    #[arg(long, value_parser = one_of(AlertState::ALL, AlertState::as_str))]
    state: Option<AlertState>,
    /// Alerts in every state.
    #[arg(long, conflicts_with = "state")]
    all: bool,
    /// One JSON document per alert.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(node: &NodeArgs, args: Args, terminal: &Terminal) -> Outcome {
    let client = node.client()?;
    let mut query = AlertQuery {
        state: (!args.all).then_some(args.state.unwrap_or(AlertState::Open)),
        limit: Some(PAGE),
        ..AlertQuery::default()
    };
    let mut shown = 0;
    loop {
        let page = client.alerts(&query).await?;
        for alert in &page.items {
            if args.json {
                terminal.json(alert);
            } else {
                terminal.line(&line(alert, terminal));
            }
        }
        shown += page.items.len();
        match page.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => break,
        }
    }
    if shown == 0 {
        terminal.note("no_alerts", &[]);
    }
    Ok(ExitCode::SUCCESS)
}

fn line(alert: &Alert, terminal: &Terminal) -> String {
    let finding = &alert.finding;
    let kinds: Vec<_> = alert.matches.iter().map(|found| found.kind.as_str()).collect();
    terminal.say(
        "line.alert",
        &[
            ("id", alert.id.to_string()),
            ("reference", alert.client_reference.clone()),
            ("state", alert.state.to_string()),
            ("opened", alert.opened_at.to_string()),
            ("publisher", finding.publisher.to_string()),
            ("entry", finding.entry.to_string()),
            ("entry_state", finding.state.to_string()),
            ("category", finding.category.to_string()),
            ("kinds", kinds.join(", ")),
        ],
    )
}
