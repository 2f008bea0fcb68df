use std::path::PathBuf;
use std::process::ExitCode;

use lianfang_wire::join::JoinRequest;

use super::{deliver, read_document};
use crate::cli::node::NodeArgs;
use crate::cli::{Outcome, Terminal};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// The request of the node that wants to join.
    #[arg(long, value_name = "FILE")]
    request: PathBuf,
    /// Where to write the welcome; standard output when absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let request: JoinRequest = read_document(&args.request)?;
    let welcome = args.node.client()?.approve(&request).await?;
    deliver(&welcome, args.out.as_deref(), terminal)?;
    terminal.note("approved", &[("node", welcome.node.to_string())]);
    Ok(ExitCode::SUCCESS)
}
