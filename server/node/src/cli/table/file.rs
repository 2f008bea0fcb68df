//! A whole file, row by row.

use std::io::Read;
use std::path::Path;

use encoding_rs::Encoding;
use lianfang_wire::{Problem, ProblemType};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::framing::Frames;
use super::loading::{Begin, Loaded, Loading};
use super::reader::{Rows, sound};
use super::rejects::Shape;
use super::source::{Format, Reading, Source};
use super::task::{Load, Seller, Task};
use super::{Because, KindNames, Left, TableError, groups};
use crate::cli::Fault;
use crate::cli::fault::told;
use crate::http::pointer;

/// Loads a file that is written as `reading` says; `items` makes something of each seller of a table, and is made once
/// it is known when the file was last changed.
pub(in crate::cli) async fn load<'a, L, I>(
    mut source: Source,
    task: Task<'a>,
    reading: &Reading,
    items: impl FnOnce(lianfang_encoding::Timestamp) -> Result<I, Fault>,
) -> Result<Loaded, Fault>
where
    L: Load,
    I: Fn(Seller) -> L::Item,
{
    let (text, encoding) = (source.take_text(), source.encoding);
    match source.format {
        Format::Jsonl => match Loading::<L>::begin(task, source, Shape::Lines)? {
            Begin::DoneBefore(loaded) => Ok(loaded),
            Begin::Go(loading) => lines(*loading, text, encoding).await,
        },
        Format::Csv => {
            let kinds = kinds(reading)?;
            let path = source.path.clone();
            let failed = |error| unreadable(&path, error);
            let rows = Rows::open(text, &reading.maps, encoding).map_err(failed)?;
            let (header, delimiter) = rows.header();
            match Loading::<L>::begin(task, source, Shape::Table { header, delimiter })? {
                Begin::DoneBefore(loaded) => Ok(loaded),
                Begin::Go(loading) => {
                    let item = items(loading.since())?;
                    table(*loading, rows, kinds, reading, item).await
                }
            }
        }
    }
}

/// What of the command line decides what is sent.
pub(in crate::cli) fn meaning(reading: &Reading, more: &str) -> String {
    format!(
        "{:?}\n{:?}\n{more}",
        reading.maps,
        reading.region.map(String::from)
    )
}

/// The same of subjects whose identifiers may not have been verified. What is has the name that it had before one could say so.
pub(in crate::cli) fn meaning_of_subjects(reading: &Reading, unverified: bool, more: &str) -> String {
    match unverified {
        true => meaning(reading, &format!("unverified\n{more}")),
        false => meaning(reading, more),
    }
}

/// Why nothing of a table can be read.
fn unreadable(file: &Path, error: TableError) -> Fault {
    match error {
        TableError::Column { column, name, header } => Fault::new("no_column")
            .with("column", column)
            .with("name", name)
            .with("header", header),
        TableError::Header(reason) => Fault::new("bad_header").with("reason", reason),
        other => Fault::new("file").with("reason", other),
    }
    .with("file", file.display())
}

fn kinds(reading: &Reading) -> Result<KindNames, Fault> {
    let kinds = KindNames::new(&reading.maps);
    let kinds = kinds.map_err(|unknown| Fault::new("not_a_kind").with("kind", unknown.0))?;
    let kinds = kinds.ignoring(&reading.ignored);
    kinds.map_err(|known| Fault::new("known_kind").with("kind", known.0))
}

async fn table<L: Load>(
    mut loading: Loading<'_, L>,
    mut rows: Rows<impl Read>,
    kinds: KindNames,
    reading: &Reading,
    item: impl Fn(Seller) -> L::Item,
) -> Result<Loaded, Fault> {
    let after = loading.after();
    rows.after(after);
    for group in groups(rows, &kinds, reading.region, loading.cut()) {
        match group {
            Ok(group) => {
                let is_whole = group.is_whole();
                loading.comes_to(group.is_cut.then(|| group.reference.clone()));
                for left in group.left {
                    loading.leave(left);
                }
                if let Some(subject) = group.subject {
                    let seller = Seller {
                        reference: group.reference,
                        subject,
                        is_whole,
                    };
                    loading.add(group.line, group.rows, item(seller)).await?;
                }
            }
            Err(TableError::Row { line, reason, text }) => {
                let left = Left {
                    line,
                    reason,
                    because: Because::Fault,
                    text,
                };
                loading.leave(left);
            }
            Err(other) => return Err(Fault::plain(other)),
        }
        loading.flush().await?;
    }
    loading.finish(after).await
}

async fn lines<L: Load>(
    mut loading: Loading<'_, L>,
    text: impl Read,
    encoding: &'static Encoding,
) -> Result<Loaded, Fault> {
    let after = loading.after();
    let mut frames = Frames::lines(text);
    while let Some(frame) = frames.next_frame().map_err(Fault::plain)? {
        if frame.line <= after {
            continue;
        }
        match sound(&frame, encoding).and_then(item::<L>) {
            Ok(item) => {
                loading
                    .add(frame.line, vec![(frame.line, frame.bytes)], item)
                    .await?
            }
            Err(reason) => {
                let left = Left {
                    line: frame.line,
                    reason,
                    because: Because::Fault,
                    text: frame.bytes,
                };
                loading.leave(left);
            }
        }
        loading.flush().await?;
    }
    loading.finish(after).await
}

/// A line of a file of rejects, after it was mended.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mended<'a> {
    #[serde(rename = "line")]
    _line: u64,
    #[serde(rename = "reason")]
    _reason: String,
    #[serde(borrow)]
    row: &'a RawValue,
}

fn item<L: Load>(line: &str) -> Result<L::Item, String> {
    let line = line.trim_start_matches('\u{feff}');
    let mended = line
        .starts_with("{\"line\":")
        .then(|| serde_json::from_str::<Mended<'_>>(line));
    let text = match &mended {
        Some(Ok(mended)) => mended.row.get(),
        _ => line,
    };
    pointer::parse(text.as_bytes()).map_err(|problem| reason(&problem))
}

/// Slug and broken rules of a refused line, and what to do: `invalid: /expires is required (add it)`.
pub(in crate::cli) fn reason(problem: &Problem) -> String {
    let slug = problem.kind().map_or("refused", ProblemType::slug);
    let rules: Vec<_> = problem.errors.iter().map(told).collect();
    match (&rules[..], &problem.detail) {
        ([], None) => slug.to_owned(),
        ([], Some(detail)) => format!("{slug}: {detail}"),
        (rules, _) => format!("{slug}: {}", rules.join("; ")),
    }
}
