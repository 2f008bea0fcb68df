use std::fs::File;
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use lianfang_wire::{Problem, ProblemType};

use crate::cli::Fault;

/// Opens a file that the operator named.
pub(in crate::cli) fn open(file: &Path) -> Result<File, Fault> {
    File::open(file).map_err(|error| {
        Fault::new("file")
            .with("file", file.display())
            .with("reason", error)
    })
}

/// How much of a file has been read. Shown on a terminal only.
pub(in crate::cli) fn progress(file: &Path) -> Result<ProgressBar, Fault> {
    let length = open(file)?.metadata().map_err(Fault::plain)?.len();
    let style = "{bar:40} {bytes}/{total_bytes} {eta}";
    let style = ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar());
    Ok(ProgressBar::new(length).with_style(style))
}

/// Slug and broken rules of a refused line: `invalid: /subject/identifiers/0/value check_digit`.
pub(in crate::cli) fn reason(problem: &Problem) -> String {
    let slug = problem.kind().map_or("refused", ProblemType::slug);
    let rules: Vec<_> = problem
        .errors
        .iter()
        .map(|violation| format!("{} {}", violation.field, violation.rule))
        .collect();
    match (&rules[..], &problem.detail) {
        ([], None) => slug.to_owned(),
        ([], Some(detail)) => format!("{slug}: {detail}"),
        (rules, _) => format!("{slug}: {}", rules.join("; ")),
    }
}
