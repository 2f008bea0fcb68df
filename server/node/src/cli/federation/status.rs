use std::process::ExitCode;

use lianfang_flow::MembershipView;

use crate::cli::node::NodeArgs;
use crate::cli::{Outcome, Terminal};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let view: MembershipView = args.node.client()?.members().await?;
    if args.json {
        terminal.json(&view);
        return Ok(ExitCode::SUCCESS);
    }
    let active = view.members.iter().filter(|member| member.is_active()).count();
    let with = [
        ("federation", view.federation.to_string()),
        ("name", view.name.clone()),
        ("version", view.version.to_string()),
        ("expires", view.expires.to_string()),
        ("active", active.to_string()),
        ("threshold", view.threshold.to_string()),
        ("governors", view.governors.to_string()),
    ];
    terminal.line(&terminal.say("line.federation", &with));
    if view.test {
        terminal.note("test_federation", &[]);
    }
    Ok(ExitCode::SUCCESS)
}
