use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::ExitCode;

use lianfang_encoding::SubjectType;
use lianfang_identifier::Region;
use lianfang_wire::roster::RosterLine;

use super::batch::{Batches, Tally};
use crate::cli::node::NodeArgs;
use crate::cli::table::{self, KindNames, Mapping, Rejects};
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

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let client = args.node.client()?;
    let bar = table::progress(&args.file)?;
    let source = BufReader::new(bar.wrap_read(table::open(&args.file)?));
    let mut batches = Batches::new(client, Rejects::beside(&args.file));
    match args.file.extension().and_then(|ending| ending.to_str()) {
        Some("jsonl" | "ndjson") => lines(source, &mut batches).await?,
        Some("csv") => subjects(source, &args, &mut batches).await?,
        _ => return Err(Fault::new("file_kind").with("file", args.file.display())),
    }
    let (tally, rejects) = batches.finish().await?;
    bar.finish_and_clear();
    report(&tally, &rejects, terminal);
    Ok(if args.strict && tally.rejected > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

async fn lines(source: BufReader<impl std::io::Read>, batches: &mut Batches) -> Result<(), Fault> {
    for (number, line) in (1..).zip(source.split(b'\n')) {
        let line = line.map_err(Fault::plain)?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<RosterLine>(&line) {
            Ok(subject) => batches.add(number, subject).await?,
            Err(error) => {
                let reason = format!("not a subject (column {})", error.column());
                batches.reject(number, &reason)?;
            }
        }
    }
    Ok(())
}

async fn subjects(
    source: BufReader<impl std::io::Read>,
    args: &Args,
    batches: &mut Batches,
) -> Result<(), Fault> {
    let kinds = KindNames::new(&args.maps).map_err(Fault::plain)?;
    let rows = table::rows(source, &args.maps).map_err(Fault::plain)?;
    for group in table::groups(rows, &kinds, args.region) {
        let group = match group {
            Ok(group) => group,
            Err(table::TableError::Row { line, .. }) => {
                batches.reject(line, "not CSV")?;
                continue;
            }
            Err(other) => return Err(Fault::plain(other)),
        };
        for left in &group.left {
            if left.unknown_kind {
                batches.skip(left.line, &left.reason)?;
            } else {
                batches.reject(left.line, &left.reason)?;
            }
        }
        let Some(mut subject) = group.subject else {
            continue;
        };
        subject.kind = args.kind;
        let line = RosterLine {
            client_reference: group.reference,
            subject,
        };
        batches.add(group.line, line).await?;
    }
    Ok(())
}

fn report(tally: &Tally, rejects: &Rejects, terminal: &Terminal) {
    let with = [
        ("added", tally.added.to_string()),
        ("present", tally.present.to_string()),
        ("incomplete", tally.incomplete.to_string()),
        ("rejected", tally.rejected.to_string()),
        ("skipped", tally.skipped.to_string()),
    ];
    terminal.note("loaded", &with);
    if tally.rejected + tally.skipped > 0 {
        terminal.note("rejects", &[("file", rejects.path().display().to_string())]);
    }
}
