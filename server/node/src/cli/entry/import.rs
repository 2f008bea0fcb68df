use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;

use lianfang_identifier::Region;
use lianfang_sdk::{Client, Error};
use lianfang_wire::entry::NewEntry;

use super::template::Template;
use crate::cli::node::NodeArgs;
use crate::cli::table::{self, Batches, Load, Mapping, Rejects, Sent};
use crate::cli::{Fault, Outcome, Terminal};

#[derive(clap::Args)]
#[command(after_help = table::HELP)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// FILE.csv with one identifier per row, or FILE.jsonl with one entry per line as for POST /v1/entries.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// How columns and kinds are called in the CSV file, see below.
    #[arg(long = "map", value_name = "MAPPING")]
    maps: Vec<Mapping>,
    /// Country of values that don't name one.
    #[arg(long, value_name = "CC")]
    region: Option<Region>,
    /// Everything but the subject, as JSON, for the rows of a CSV file. Without category, evidence, decision date
    /// and notice to the subject, entries stay local until they are completed; without a template they are the
    /// platform's own decision for a year from the file's last change.
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// Fail when a line was rejected.
    #[arg(long)]
    strict: bool,
}

/// Entries, as `POST /v1/entries/batch` takes them.
struct Entries;

impl Load for Entries {
    type Item = NewEntry;
    const SIZE: usize = 500;
    const NOT_ONE: &'static str = "not an entry";

    async fn send(client: &Client, batch: &[(u64, NewEntry)]) -> Result<Vec<Sent>, Error> {
        let results = client
            .record_entries(batch.iter().map(|(_, entry)| entry))
            .await?;
        let sent = results.into_iter().map(|result| Sent {
            problem: result.problem,
            is_new: result.created != Some(false),
            is_incomplete: false,
        });
        Ok(sent.collect())
    }
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let client = args.node.client()?;
    let bar = table::progress(&args.file)?;
    let source = BufReader::new(bar.wrap_read(table::open(&args.file)?));
    let mut batches = Batches::<Entries>::new(client, Rejects::beside(&args.file));
    match args.file.extension().and_then(|ending| ending.to_str()) {
        Some("jsonl" | "ndjson") => batches.lines(source).await?,
        Some("csv") => {
            let template = Template::read(args.template.as_deref(), &args.file, &args.node.config()?)?;
            let entry = |reference: String, subject| template.entry(&reference, subject);
            batches.table(source, &args.maps, args.region, entry).await?;
        }
        _ => return Err(Fault::new("file_kind").with("file", args.file.display())),
    }
    let (tally, rejects) = batches.finish().await?;
    bar.finish_and_clear();
    let with = [
        ("recorded", tally.added.to_string()),
        ("present", tally.present.to_string()),
        ("rejected", tally.rejected.to_string()),
        ("skipped", tally.skipped.to_string()),
    ];
    terminal.note("imported", &with);
    rejects.tell(terminal);
    Ok(if args.strict && tally.rejected > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}
