use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;
use std::process::ExitCode;

use lianfang_sdk::{Client, Error};
use lianfang_wire::entry::Subject;
use lianfang_wire::screening::NewScreening;
use lianfang_wire::{Problem, ProblemType};
use serde_json::json;

use super::verdict::Verdict;
use super::{Args, Format};
use crate::cli::table::{self, KindNames};
use crate::cli::{Fault, Outcome, Terminal};

/// Screens line by line. The exit code is that of the most severe answer; 1 when a line couldn't be screened.
pub(super) async fn run(args: &Args, path: &Path, terminal: &Terminal) -> Outcome {
    let failed = |error| {
        Fault::new("file")
            .with("file", path.display())
            .with("reason", error)
    };
    let source = BufReader::new(File::open(path).map_err(failed)?);
    let mut screened = Screened {
        client: args.node.client()?,
        terminal,
        worst: Verdict::Clear,
        failures: 0,
        answers: 0,
    };
    match format(args, path)? {
        Format::Jsonl => screened.lines(source).await?,
        Format::Csv => screened.sellers(source, args).await?,
    }
    let Screened {
        worst,
        failures,
        answers,
        ..
    } = screened;
    terminal.note(
        "screened_file",
        &[
            ("answers", answers.to_string()),
            ("failures", failures.to_string()),
        ],
    );
    Ok(if failures > 0 {
        ExitCode::FAILURE
    } else {
        ExitCode::from(worst.exit_code())
    })
}

fn format(args: &Args, path: &Path) -> Result<Format, Fault> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match (args.format, ending) {
        (Some(format), _) => Ok(format),
        (None, Some("csv")) => Ok(Format::Csv),
        (None, Some("jsonl" | "ndjson")) => Ok(Format::Jsonl),
        _ => Err(Fault::new("file_kind").with("file", path.display())),
    }
}

struct Screened<'a> {
    client: Client,
    terminal: &'a Terminal,
    worst: Verdict,
    failures: u64,
    answers: u64,
}

impl Screened<'_> {
    async fn lines(&mut self, source: impl std::io::BufRead) -> Result<(), Fault> {
        for (number, line) in (1..).zip(source.split(b'\n')) {
            let line = line.map_err(Fault::plain)?;
            if line.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice::<NewScreening>(&line) {
                Ok(asked) => self.screen(number, &asked).await?,
                Err(_) => self.refused(number, None, &Problem::new(ProblemType::Malformed)),
            }
        }
        Ok(())
    }

    async fn sellers(&mut self, source: impl Read, args: &Args) -> Result<(), Fault> {
        let kinds = KindNames::new(&args.maps).map_err(Fault::plain)?;
        let rows = table::rows(source, &args.maps).map_err(Fault::plain)?;
        for group in table::groups(rows, &kinds, args.region) {
            let group = match group {
                Ok(group) => group,
                Err(table::TableError::Row { line, .. }) => {
                    self.refused(line, None, &Problem::new(ProblemType::Malformed));
                    continue;
                }
                Err(other) => return Err(Fault::plain(other)),
            };
            for left in &group.left {
                let with = [("line", left.line.to_string()), ("reason", left.reason.clone())];
                self.terminal.note("left_out", &with);
            }
            if let Some(subject) = group.subject {
                self.screen(group.line, &asked(args, &group.reference, subject))
                    .await?;
            }
        }
        Ok(())
    }

    async fn screen(&mut self, line: u64, asked: &NewScreening) -> Result<(), Fault> {
        match self.client.screen(asked).await {
            Ok(answer) => {
                self.answers += 1;
                self.worst = self.worst.max(Verdict::of(&answer));
                self.terminal.json(&json!({
                    "line": line, "client_reference": asked.client_reference, "result": answer,
                }));
            }
            Err(Error::Refused(problem)) if problem.status < 500 => {
                self.refused(line, asked.client_reference.as_deref(), &problem);
            }
            Err(other) => return Err(other.into()),
        }
        Ok(())
    }

    fn refused(&mut self, line: u64, reference: Option<&str>, problem: &Problem) {
        self.failures += 1;
        self.terminal
            .json(&json!({ "line": line, "client_reference": reference, "problem": problem }));
    }
}

fn asked(args: &Args, reference: &str, mut subject: Subject) -> NewScreening {
    for identifier in &mut subject.identifiers {
        identifier.verified = !args.unverified;
    }
    NewScreening {
        purpose: args.purpose,
        client_reference: Some(reference.to_owned()).filter(|reference| !reference.is_empty()),
        subject,
        on_unavailable: args.on_unavailable(),
    }
}
