use std::path::Path;
use std::process::ExitCode;

use lianfang_domain::MAX_IDENTIFIERS;
use lianfang_sdk::{Client, Error};
use lianfang_wire::entry::Identifier;
use lianfang_wire::screening::{NewScreening, ScreeningResult};
use lianfang_wire::vocabulary::Role;

use super::Args;
use super::verdict::Verdict;
use crate::cli::table::{self, AnswersTo, Load, Seller, Sent, Source, Task};
use crate::cli::{Fault, Outcome, Terminal};

/// Screenings, as `POST /v1/screenings/batch` takes them.
struct Screenings;

impl Load for Screenings {
    type Item = NewScreening;
    const WHAT: &'static str = "screenings";
    const SIZE: usize = 1_000;

    async fn send(client: Client, batch: Vec<(u64, NewScreening)>) -> Result<Vec<Sent>, Error> {
        let results = client.screen_batch(batch.iter().map(|(_, asked)| asked)).await?;
        let sent = results
            .into_iter()
            .zip(batch)
            .map(|(result, (line, _))| sent(line, result));
        sent.collect()
    }
}

/// An answer under the line of the file, where the node knows only that of the batch.
fn sent(line: u64, result: ScreeningResult) -> Result<Sent, Error> {
    let result = ScreeningResult { line, ..result };
    let mut answer = serde_json::to_vec(&result).map_err(|_| Error::Malformed)?;
    answer.push(b'\n');
    Ok(Sent {
        is_new: true,
        severity: result
            .result
            .as_ref()
            .map_or(0, |screening| Verdict::of(screening).severity()),
        problem: result.problem,
        answer,
        ..Sent::default()
    })
}

/// Screens line by line. The exit code is that of the most severe answer, and not that of clear when a line was of an unknown
/// kind; 1 when a line couldn't be screened.
pub(super) async fn run(args: &Args, path: &Path, terminal: &Terminal) -> Outcome {
    let client = args.node.client()?;
    let source = Source::open(path, &args.reading, terminal)?;
    let answers = answers(args.output.as_deref())?;
    let how = (args.purpose, args.unverified, args.clear_on_unavailable, &answers);
    let meaning = table::meaning(&args.reading, &format!("{how:?}"));
    let task = Task::new(
        client,
        args.node.folder(),
        terminal,
        &args.reading,
        meaning,
        Some(answers),
    );
    let loaded =
        table::load::<Screenings, _>(source, task, &args.reading, |_| Ok(|seller| asked(args, seller)));
    let loaded = loaded.await?;
    loaded.tell("screened_file", path, terminal);
    if args.reading.json {
        terminal.summary(&loaded.summary(path), args.output.is_some());
    }
    let least = match loaded.tally.skipped {
        0 => Verdict::Clear,
        _ => Verdict::Incomplete,
    };
    Ok(if loaded.tally.rejected > 0 {
        ExitCode::FAILURE
    } else {
        let worst = loaded.tally.worst.max(least.severity());
        ExitCode::from(Verdict::of_severity(worst).exit_code())
    })
}

/// The file by its whole name: the same words mean another one in another folder.
fn answers(output: Option<&Path>) -> Result<AnswersTo, Fault> {
    let Some(path) = output else {
        return Ok(AnswersTo::Standard);
    };
    let whole = std::path::absolute(path);
    let whole = whole.map_err(|error| {
        Fault::new("file")
            .with("file", path.display())
            .with("reason", error)
    });
    whole.map(AnswersTo::File)
}

fn asked(args: &Args, seller: Seller) -> NewScreening {
    let mut subject = seller.subject;
    // The node answers that something wasn't compared, for the answer is to say so wherever it goes.
    if !seller.is_whole && subject.identifiers.len() < MAX_IDENTIFIERS {
        subject.identifiers.push(left_out());
    }
    for identifier in &mut subject.identifiers {
        identifier.verified = !args.unverified;
    }
    NewScreening {
        purpose: args.purpose,
        client_reference: Some(seller.reference).filter(|reference| !reference.is_empty()),
        subject,
        on_unavailable: args.on_unavailable(),
    }
}

/// Stands for the rows of a seller that are no identifiers here: of a kind that no node knows.
fn left_out() -> Identifier {
    Identifier {
        kind: "left_out".to_owned(),
        value: "rows of the file".to_owned(),
        region: None,
        role: Role::Own,
        verified: false,
        observed_at: None,
    }
}
