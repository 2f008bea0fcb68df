use std::process::ExitCode;

use lianfang_flow::MembershipView;

use crate::cli::node::NodeArgs;
use crate::cli::{Outcome, Terminal};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// One JSON document per member.
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let view: MembershipView = args.node.client()?.members().await?;
    for member in &view.members {
        if args.json {
            terminal.json(member);
            continue;
        }
        let with = [
            ("id", member.id.to_string()),
            ("name", member.name.clone()),
            ("role", member.role.to_string()),
            ("country", member.jurisdiction.clone()),
            ("status", member.status.to_string()),
            ("endpoint", member.endpoint.clone()),
        ];
        terminal.line(&terminal.say("line.member", &with));
    }
    Ok(ExitCode::SUCCESS)
}
