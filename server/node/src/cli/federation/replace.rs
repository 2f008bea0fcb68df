use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use lianfang_wire::renewal::RenewalRequest;

use super::{check_free, deliver, read_document};
use crate::cli::node::NodeArgs;
use crate::cli::{Outcome, Terminal};

#[derive(clap::Args)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// The request of the member whose key is to be replaced.
    #[arg(long, value_name = "FILE")]
    request: PathBuf,
    /// For how many hours the old key counts beside the new one; with 0 it is out at once, as after a theft.
    #[arg(long, value_name = "HOURS", default_value_t = 72)]
    overlap: u32,
    /// Where to write the new certificate; standard output when absent.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let request: RenewalRequest = read_document(&args.request)?;
    let overlap = Duration::from_secs(u64::from(args.overlap) * 3_600);
    check_free(args.out.as_deref())?;
    let renewed = args.node.client()?.replace_certificate(&request, overlap).await?;
    deliver(&renewed, args.out.as_deref(), terminal)?;
    terminal.note(
        "replaced",
        &[
            ("node", renewed.node.to_string()),
            ("until", renewed.until.to_string()),
        ],
    );
    Ok(ExitCode::SUCCESS)
}
