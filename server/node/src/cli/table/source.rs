use std::fs::File;
use std::io::{self, Read, Seek as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::SystemTime;

use clap::ValueEnum;
use encoding_rs::Encoding;
use indicatif::{ProgressBar, ProgressStyle};
use lianfang_domain::Clock as _;
use lianfang_encoding::Timestamp;
use lianfang_identifier::Region;
use sha2::{Digest as _, Sha256};

use super::Mapping;
use super::encoding::{self, Judge, Utf8};
use super::rejects::refused;
use crate::cli::{Fault, Terminal};
use crate::clock::SystemClock;

/// How a file is read and what is kept of it.
#[derive(clap::Args)]
pub(in crate::cli) struct Reading {
    /// How the file is written; taken from its name when absent.
    #[arg(long)]
    pub(in crate::cli) format: Option<Format>,
    /// Encoding of a file that isn't UTF-8: gb18030, big5, utf-16le, windows-1252, … Without it, what is throughout
    /// valid GB18030 is taken for that, with a notice.
    #[arg(long, value_name = "ENCODING")]
    pub(in crate::cli) encoding: Option<Declared>,
    /// How columns and kinds are called in a CSV file, see below.
    #[arg(long = "map", value_name = "MAPPING")]
    pub(in crate::cli) maps: Vec<Mapping>,
    /// A kind in a CSV file that isn't known here and is passed over on purpose; repeat for more.
    #[arg(long = "ignore-kind", value_name = "NAME")]
    pub(in crate::cli) ignored: Vec<String>,
    /// Country of values that don't name one.
    #[arg(long, value_name = "CC")]
    pub(in crate::cli) region: Option<Region>,
    /// Where rows that aren't taken are kept with line and reason; beside the file when absent.
    #[arg(long, value_name = "FILE")]
    pub(in crate::cli) rejects: Option<PathBuf>,
    /// Send the file from its first line, also when it was taken to its end before or interrupted. A screening that came to
    /// its end begins anew without it.
    #[arg(long)]
    pub(in crate::cli) again: bool,
    /// A summary as JSON on standard output.
    #[arg(long)]
    pub(in crate::cli) json: bool,
}

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Format {
    /// A table with one identifier per row.
    Csv,
    /// One JSON document per line.
    Jsonl,
}

/// An encoding by one of its names on the web.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Declared(&'static Encoding);

/// Not the name of an encoding.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("no encoding of that name; gb18030, gbk, big5, shift_jis, euc-kr, windows-1252, utf-16le are some")]
pub(in crate::cli) struct UnknownEncoding;

impl FromStr for Declared {
    type Err = UnknownEncoding;

    fn from_str(text: &str) -> Result<Self, UnknownEncoding> {
        Encoding::for_label_no_replacement(text.as_bytes())
            .map(Self)
            .ok_or(UnknownEncoding)
    }
}

/// A file that is ready to be read, or a pipe.
pub(in crate::cli) struct Source {
    pub(in crate::cli) path: PathBuf,
    pub(in crate::cli) format: Format,
    /// SHA-256 of the whole file; a pipe can't be read twice and has none.
    pub(super) hash: Option<[u8; 32]>,
    /// When the file was last changed.
    pub(super) changed: Timestamp,
    pub(super) encoding: &'static Encoding,
    pub(super) bar: ProgressBar,
    reader: Box<dyn Read + Send>,
    /// Keeps others from taking the same file at the same time.
    held: Option<File>,
}

impl Source {
    /// Opens a file, or standard input as `-`, and looks at all of it that can be looked at.
    pub(in crate::cli) fn open(path: &Path, reading: &Reading, terminal: &Terminal) -> Result<Self, Fault> {
        let format = format(path, reading.format)?;
        let declared = reading.encoding.map(|declared| declared.0);
        let failed = |error: io::Error| refused(path, &error);
        let source = if path == Path::new("-") {
            Self::pipe(path, format, Box::new(io::stdin()), declared)
        } else {
            let file = File::open(path).map_err(failed)?;
            match file.metadata().map_err(failed)?.is_file() {
                true => {
                    if matches!(file.try_lock(), Err(std::fs::TryLockError::WouldBlock)) {
                        return Err(Fault::new("file_in_use").with("file", path.display()));
                    }
                    Self::file(path, format, file, declared)
                }
                false => Self::pipe(path, format, Box::new(file), declared),
            }
        };
        let (source, guessed) = source.map_err(failed)?;
        if guessed {
            terminal.note("guessed_encoding", &[("file", path.display().to_string())]);
        }
        Ok(source)
    }

    /// The file's text in UTF-8. Once.
    pub(super) fn take_text(&mut self) -> Utf8<Box<dyn Read + Send>> {
        let reader = std::mem::replace(&mut self.reader, Box::new(io::empty()));
        Utf8::new(Box::new(self.bar.wrap_read(reader)), self.encoding)
    }

    /// Refuses a file that somebody wrote to while it was read.
    pub(super) fn is_unchanged(&self) -> Result<(), Fault> {
        let Some(file) = &self.held else { return Ok(()) };
        let about = file.metadata().map_err(|error| refused(&self.path, &error))?;
        if last_change(&about) == self.changed && Some(about.len()) == self.bar.length() {
            Ok(())
        } else {
            Err(Fault::new("file_changed").with("file", self.path.display()))
        }
    }

    fn file(
        path: &Path,
        format: Format,
        mut file: File,
        declared: Option<&'static Encoding>,
    ) -> io::Result<(Self, bool)> {
        let about = file.metadata()?;
        let held = file.try_clone()?;
        let (hash, judge, head) = survey(&mut file)?;
        let verdict = encoding::decide(&head, declared, &judge, || {
            held.try_clone()?.rewind()?;
            encoding::is_gb18030(&held)
        })?;
        file.rewind()?;
        let source = Self {
            path: path.to_owned(),
            format,
            hash: Some(hash),
            changed: last_change(&about),
            encoding: verdict.encoding,
            bar: bar(Some(about.len())),
            reader: Box::new(file),
            held: Some(held),
        };
        Ok((source, verdict.guessed))
    }

    fn pipe(
        path: &Path,
        format: Format,
        pipe: Box<dyn Read + Send>,
        declared: Option<&'static Encoding>,
    ) -> io::Result<(Self, bool)> {
        let (head, again) = encoding::begin(pipe)?;
        let mut judge = Judge::default();
        judge.feed(&head);
        judge.end(true);
        // The head may end within a character, which says nothing: up to its last line end.
        let whole = head
            .iter()
            .rposition(|byte| *byte == b'\n')
            .and_then(|end| head.get(..end));
        let verdict = encoding::decide(&head, declared, &judge, || {
            encoding::is_gb18030(whole.unwrap_or(&head))
        })?;
        let source = Self {
            path: path.to_owned(),
            format,
            hash: None,
            changed: SystemClock.now(),
            encoding: verdict.encoding,
            bar: bar(None),
            reader: Box::new(again),
            held: None,
        };
        Ok((source, verdict.guessed))
    }
}

fn format(path: &Path, said: Option<Format>) -> Result<Format, Fault> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    match (said, ending) {
        (Some(format), _) => Ok(format),
        (None, Some("csv" | "tsv")) => Ok(Format::Csv),
        (None, Some("jsonl" | "ndjson")) => Ok(Format::Jsonl),
        _ => Err(Fault::new("file_kind").with("file", path.display())),
    }
}

/// Everything that can be known of a file before it is read, in one pass.
fn survey(mut file: impl Read) -> io::Result<([u8; 32], Judge, Vec<u8>)> {
    let (mut hash, mut judge, mut head) = (Sha256::new(), Judge::default(), Vec::new());
    let mut chunk = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut chunk)?;
        let bytes = chunk.get(..read).unwrap_or_default();
        if bytes.is_empty() {
            judge.end(false);
            return Ok((hash.finalize().into(), judge, head));
        }
        hash.update(bytes);
        judge.feed(bytes);
        if head.len() < 4 {
            head.extend(bytes.iter().take(4));
        }
    }
}

fn last_change(about: &std::fs::Metadata) -> Timestamp {
    let changed = about.modified().unwrap_or(SystemTime::UNIX_EPOCH);
    Timestamp::default() + changed.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// Shown on a terminal only.
fn bar(length: Option<u64>) -> ProgressBar {
    let template = "{bar:40} {bytes}/{total_bytes} {eta}";
    match length {
        Some(length) => {
            let style = ProgressStyle::with_template(template);
            ProgressBar::new(length).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        }
        None => ProgressBar::new_spinner(),
    }
}
