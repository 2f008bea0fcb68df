use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;

use lianfang_encoding::SubjectType;
use lianfang_identifier::Region;
use lianfang_sdk::{Client, Error};
use lianfang_wire::entry::Subject;
use lianfang_wire::roster::RosterLine;

use crate::cli::node::NodeArgs;
use crate::cli::table::{self, Batches, Load, Mapping, Rejects, Sent};
use crate::cli::{Fault, Outcome, Terminal};

#[derive(clap::Args)]
#[command(after_help = table::HELP)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// FILE.csv with one identifier per row, or FILE.jsonl with one subject per line as for
    /// POST /v1/monitored-subjects/batch.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How columns and kinds are called in the CSV file, see below.
    #[arg(long = "map", value_name = "MAPPING")]
    maps: Vec<Mapping>,
    /// Country of values that don't name one.
    #[arg(long, value_name = "CC")]
    region: Option<Region>,
    /// What the rows of a CSV file are.
    #[arg(long = "type", value_name = "seller|product", default_value_t = SubjectType::Seller)]
    kind: SubjectType,
    /// Fail when a line was rejected.
    #[arg(long)]
    strict: bool,
}

/// Subjects, as `POST /v1/monitored-subjects/batch` takes them.
struct Subjects;

impl Load for Subjects {
    type Item = RosterLine;
    const SIZE: usize = 1_000;
    const NOT_ONE: &'static str = "not a subject";

    async fn send(client: &Client, batch: &[(u64, RosterLine)]) -> Result<Vec<Sent>, Error> {
        let results = client
            .monitor_all(batch.iter().map(|(_, subject)| subject))
            .await?;
        let sent = results.into_iter().map(|result| Sent {
            problem: result.problem,
            is_new: result.created != Some(false),
            // The committee gave no tokens, and the node goes on trying.
            is_incomplete: result.complete == Some(false),
        });
        Ok(sent.collect())
    }
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let client = args.node.client()?;
    let bar = table::progress(&args.file)?;
    let source = BufReader::new(bar.wrap_read(table::open(&args.file)?));
    let mut batches = Batches::<Subjects>::new(client, Rejects::beside(&args.file));
    match args.file.extension().and_then(|ending| ending.to_str()) {
        Some("jsonl" | "ndjson") => batches.lines(source).await?,
        Some("csv") => {
            let line = |client_reference, mut subject: Subject| {
                subject.kind = args.kind;
                RosterLine {
                    client_reference,
                    subject,
                }
            };
            batches.table(source, &args.maps, args.region, line).await?;
        }
        _ => return Err(Fault::new("file_kind").with("file", args.file.display())),
    }
    let (tally, rejects) = batches.finish().await?;
    bar.finish_and_clear();
    let with = [
        ("added", tally.added.to_string()),
        ("present", tally.present.to_string()),
        ("incomplete", tally.incomplete.to_string()),
        ("rejected", tally.rejected.to_string()),
        ("skipped", tally.skipped.to_string()),
    ];
    terminal.note("loaded", &with);
    rejects.tell(terminal);
    Ok(if args.strict && tally.rejected > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
