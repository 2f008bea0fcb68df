use std::path::PathBuf;

use lianfang_encoding::SubjectType;
use lianfang_sdk::{Client, Error};
use lianfang_wire::entry::Subject;
use lianfang_wire::roster::RosterLine;

use crate::cli::node::NodeArgs;
use crate::cli::table::{self, Load, Reading, Seller, Sent, Source, Task};
use crate::cli::words::one_of;
use crate::cli::{Outcome, Terminal};

/// What can be watched.
const WATCHED: [SubjectType; 2] = [SubjectType::Seller, SubjectType::Product];

#[derive(clap::Args)]
#[command(after_help = table::HELP)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// FILE.csv with one identifier per row, or FILE.jsonl with one subject per line as for
    /// POST /v1/monitored-subjects/batch; `-` is standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    reading: Reading,
    /// What the rows of a CSV file are.
    #[arg(long = "type", default_value_t = SubjectType::Seller, value_parser = one_of(&WATCHED, SubjectType::as_str))]
    kind: SubjectType,
    /// The platform hasn't verified that the values of a CSV file belong to the sellers: review at most. Lines of JSON
    /// say it of each.
    #[arg(long)]
    unverified: bool,
    /// Fail when a line was rejected, or is of a kind that isn't known.
    #[arg(long)]
    strict: bool,
}

/// Subjects, as `POST /v1/monitored-subjects/batch` takes them.
struct Subjects;

impl Load for Subjects {
    type Item = RosterLine;
    const WHAT: &'static str = "roster";
    const SIZE: usize = 1_000;

    async fn send(client: Client, batch: Vec<(u64, RosterLine)>) -> Result<Vec<Sent>, Error> {
        let results = client
            .monitor_all(batch.iter().map(|(_, subject)| subject))
            .await?;
        let sent = results.into_iter().map(|result| Sent {
            problem: result.problem,
            is_new: result.created != Some(false),
            // The committee gave no tokens, and the node goes on trying.
            is_incomplete: result.complete == Some(false),
            ..Sent::default()
        });
        Ok(sent.collect())
    }
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let client = args.node.client()?;
    let source = Source::open(&args.file, &args.reading, terminal)?;
    let meaning = table::meaning_of_subjects(&args.reading, args.unverified, args.kind.as_str());
    let task = Task::new(client, args.node.folder(), terminal, &args.reading, meaning, None);
    let kind = args.kind;
    let loaded = table::load::<Subjects, _>(source, task, &args.reading, |_| {
        Ok(move |seller: Seller| {
            let seller = seller.verified(!args.unverified);
            RosterLine {
                client_reference: seller.reference,
                subject: Subject {
                    kind,
                    ..seller.subject
                },
            }
        })
    });
    let loaded = loaded.await?;
    Ok(loaded.conclude("loaded", &args.file, args.strict, args.reading.json, terminal))
}
