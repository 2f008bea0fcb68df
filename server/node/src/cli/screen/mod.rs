mod file;
mod single;
mod verdict;

use std::path::PathBuf;

use lianfang_identifier::InputKind;
use lianfang_wire::screening::OnUnavailable;
use lianfang_wire::vocabulary::Purpose;

use super::node::NodeArgs;
use super::table;
use super::words::one_of;
use super::{Fault, Outcome, Terminal};

#[derive(clap::Args)]
#[command(after_help = table::HELP)]
pub(super) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// Kind of the value on standard input, see `lianfang identifier kinds`.
    #[arg(
        long,
        value_name = "KIND",
        requires = "input",
        required_unless_present = "file"
    )]
    kind: Option<InputKind>,
    /// `-`: the value is read from standard input, so that it is in no list of processes.
    #[arg(value_name = "-", value_parser = ["-"])]
    input: Option<String>,
    /// Screen the sellers of a file, one answer per line.
    #[arg(long, value_name = "FILE", conflicts_with = "kind")]
    file: Option<PathBuf>,
    /// Where the answers go, one per line. An interrupted run that writes to a file goes on where it stopped; one that
    /// writes to standard output begins anew.
    #[arg(long, value_name = "FILE", requires = "file")]
    output: Option<PathBuf>,
    #[command(flatten)]
    reading: table::Reading,
    /// Why: onboarding, offer_publication, payout or periodic_review.
    #[arg(long, default_value = "onboarding", value_parser = one_of(Purpose::ALL, Purpose::as_str))]
    purpose: Purpose,
    /// The platform hasn't verified that the value belongs to the applicant: review at most.
    #[arg(long)]
    unverified: bool,
    /// Answer clear, marked incomplete, when something can't be asked; review otherwise.
    #[arg(long)]
    clear_on_unavailable: bool,
}

impl Args {
    fn on_unavailable(&self) -> OnUnavailable {
        if self.clear_on_unavailable {
            OnUnavailable::Clear
        } else {
            OnUnavailable::Review
        }
    }
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    match (&args.file, args.kind) {
        (Some(path), _) => file::run(&args, path, terminal).await,
        (None, Some(kind)) => single::run(&args, kind, terminal).await,
        (None, None) => Err(Fault::new("screen_what")),
    }
}
