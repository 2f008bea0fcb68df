use std::path::PathBuf;

use lianfang_sdk::{Client, Error};
use lianfang_wire::entry::NewEntry;

use super::template::Template;
use crate::cli::node::NodeArgs;
use crate::cli::table::{self, Load, Reading, Seller, Sent, Source, Task};
use crate::cli::{Outcome, Terminal};

#[derive(clap::Args)]
#[command(after_help = table::HELP)]
pub(in crate::cli) struct Args {
    #[command(flatten)]
    node: NodeArgs,
    /// FILE.csv with one identifier per row, or FILE.jsonl with one entry per line as for POST /v1/entries; `-` is
    /// standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    reading: Reading,
    /// Everything but the subject, as JSON, for the rows of a CSV file. Without category, evidence, decision date
    /// and notice to the subject, entries stay local until the same client_reference comes with them; without a template
    /// they are the platform's own decision for a year from the file's last change.
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// The platform hasn't verified that the values of a CSV file belong to the sellers: review at most, wherever they
    /// are found. Lines of JSON say it of each.
    #[arg(long)]
    unverified: bool,
    /// Fail when a line was rejected, or is of a kind that isn't known.
    #[arg(long)]
    strict: bool,
}

/// Entries, as `POST /v1/entries/batch` takes them.
struct Entries;

impl Load for Entries {
    type Item = NewEntry;
    const WHAT: &'static str = "entries";
    const SIZE: usize = 1_000;

    fn name(entry: &mut NewEntry, reference: impl FnOnce() -> String) {
        entry.client_reference.get_or_insert_with(reference);
    }

    async fn send(client: Client, batch: Vec<(u64, NewEntry)>) -> Result<Vec<Sent>, Error> {
        let results = client
            .record_entries(batch.iter().map(|(_, entry)| entry))
            .await?;
        let sent = results.into_iter().map(|result| Sent {
            problem: result.problem,
            is_new: result.created != Some(false) && !result.completed,
            is_completed: result.completed,
            is_local: result.local_reason.is_some(),
            ..Sent::default()
        });
        Ok(sent.collect())
    }
}

pub(super) async fn run(args: Args, terminal: &Terminal) -> Outcome {
    let client = args.node.client()?;
    let config = args.node.config()?;
    let template = args.template.as_deref().map(Template::read).transpose()?;
    let source = Source::open(&args.file, &args.reading, terminal)?;
    let country = config.node.jurisdiction.to_string();
    let meaning = table::meaning_of_subjects(&args.reading, args.unverified, &country);
    let mut task = Task::new(client, args.node.folder(), terminal, &args.reading, meaning, None);
    if let Some((_, text)) = &template {
        task = task.filled_with(text.clone());
    }
    let loaded = table::load::<Entries, _>(source, task, &args.reading, |since| {
        let template = template.map_or_else(|| Template::least(&config, since), |(template, _)| template);
        Ok(move |seller: Seller| {
            let seller = seller.verified(!args.unverified);
            template.entry(&seller.reference, seller.subject)
        })
    });
    let loaded = loaded.await?;
    Ok(loaded.conclude("imported", &args.file, args.strict, args.reading.json, terminal))
}
