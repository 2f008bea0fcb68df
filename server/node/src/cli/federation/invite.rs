use std::path::PathBuf;
use std::process::ExitCode;

use lianfang_encoding::NodeId;

use super::deliver;
use crate::cli::node::NodeArgs;
use crate::cli::{Outcome, Terminal};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// Id that the new node will have.
    #[arg(value_name = "ID")]
    invited: NodeId,
    /// Where to write the invitation; standard output when absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let invitation = args.node.client()?.invite(&args.invited).await?;
    deliver(&invitation, args.out.as_deref(), terminal)?;
    terminal.note(
        "invited",
        &[
            ("node", invitation.node.to_string()),
            ("expires", invitation.expires.to_string()),
        ],
    );
    Ok(ExitCode::SUCCESS)
}
