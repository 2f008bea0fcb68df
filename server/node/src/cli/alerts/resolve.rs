use std::process::ExitCode;

use lianfang_wire::alert::{AlertDecision, AlertOutcome};
use uuid::Uuid;

use super::NodeArgs;
use crate::cli::words::one_of;
use crate::cli::{Outcome, Terminal};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    /// Id of the alert.
    #[arg(value_name = "ALERT")]
    id: Uuid,
    /// acted: a measure of our own was taken. no_action: it is the subject, and none was taken. not_ours: it isn't the
    /// subject.
    #[arg(long, value_name = "OUTCOME", value_parser = one_of(AlertOutcome::ALL, AlertOutcome::as_str))]
    outcome: AlertOutcome,
    /// Who decided: a staff reference, not a name.
    #[arg(long, value_name = "TEXT")]
    reviewer: String,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
}

pub(super) async fn run(node: &NodeArgs, args: Args, terminal: &Terminal) -> Outcome {
    let decision = AlertDecision {
        outcome: args.outcome,
        reviewer: args.reviewer,
        reason: args.reason,
    };
    let alert = node.client()?.resolve_alert(args.id, &decision).await?;
    let with = [
        ("alert", alert.id.to_string()),
        ("outcome", args.outcome.to_string()),
    ];
    terminal.note("alert_resolved", &with);
    Ok(ExitCode::SUCCESS)
}
