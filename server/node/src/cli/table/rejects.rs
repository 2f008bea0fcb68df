use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::json;
use serde_json::value::RawValue;

use crate::cli::Fault;

/// A row that wasn't taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reject {
    pub(super) line: u64,
    pub(super) reason: String,
    /// The row as it stands in the file; empty when it was too long to be kept.
    pub(super) text: Vec<u8>,
}

/// How rejects are written, so that the file can be mended and loaded like the one it came from.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// A table: the columns `line` and `reason`, then those of the original.
    Table { header: Vec<u8>, delimiter: u8 },
    /// `{"line":…,"reason":…,"row":…}` for each line.
    Lines,
}

/// The file of what wasn't taken, made with the first such row. It holds identifiers: only its owner can read it.
pub(super) struct Rejects {
    path: PathBuf,
    shape: Shape,
    file: Option<File>,
    length: u64,
}

impl Rejects {
    /// Goes on after the first `length` bytes of `path`; 0 begins anew. None when they aren't there any more.
    pub(super) fn open(path: PathBuf, shape: Shape, length: u64) -> Result<Option<Self>, Fault> {
        let file = match length {
            0 => {
                // What an earlier file left here says nothing about this one.
                remove(&path).map_err(|error| refused(&path, &error))?;
                None
            }
            length => match cut(&path, length).map_err(|error| refused(&path, &error))? {
                Some(file) => Some(file),
                None => return Ok(None),
            },
        };
        Ok(Some(Self {
            path,
            shape,
            file,
            length,
        }))
    }

    /// Appends rows and makes sure that they stay. How long the file is then.
    pub(super) fn append(&mut self, rejects: &[Reject]) -> Result<u64, Fault> {
        if rejects.is_empty() {
            return Ok(self.length);
        }
        let text: Vec<u8> = rejects
            .iter()
            .flat_map(|reject| self.shape.written(reject))
            .collect();
        let path = self.path.clone();
        self.write(&text).map_err(|error| refused(&path, &error))?;
        Ok(self.length)
    }

    /// Where they are, when there are any.
    pub(super) fn path(&self) -> Option<&Path> {
        (self.length > 0).then_some(&self.path)
    }

    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => {
                let file = none.insert(private(&self.path)?);
                let header = self.shape.header();
                file.write_all(&header)?;
                self.length += header.len() as u64;
                file
            }
        };
        file.write_all(text)?;
        file.sync_data()?;
        self.length += text.len() as u64;
        Ok(())
    }
}

impl Shape {
    /// How the name of a file of rejects ends.
    pub(super) fn ending(&self) -> &'static str {
        match self {
            Self::Table { .. } => ".rejects.csv",
            Self::Lines => ".rejects.jsonl",
        }
    }

    fn header(&self) -> Vec<u8> {
        match self {
            Self::Table { header, delimiter } => [
                b"line",
                [*delimiter].as_slice(),
                b"reason",
                &[*delimiter],
                header,
                b"\n",
            ]
            .concat(),
            Self::Lines => Vec::new(),
        }
    }

    fn written(&self, reject: &Reject) -> Vec<u8> {
        match self {
            Self::Table { delimiter, .. } => {
                let reason = reject.reason.replace('"', "\"\"");
                let delimiter = char::from(*delimiter);
                let start = format!("{}{delimiter}\"{reason}\"{delimiter}", reject.line);
                [start.as_bytes(), &reject.text, b"\n"].concat()
            }
            Self::Lines => {
                let row = serde_json::from_slice::<&RawValue>(&reject.text).map_or_else(
                    |_| json!(String::from_utf8_lossy(&reject.text)).to_string(),
                    |row| row.get().to_owned(),
                );
                let reason = json!(reject.reason);
                format!("{{\"line\":{},\"reason\":{reason},\"row\":{row}}}\n", reject.line).into_bytes()
            }
        }
    }
}

/// The file, cut to its first `length` bytes; none when it has fewer.
pub(super) fn cut(path: &Path, length: u64) -> io::Result<Option<File>> {
    let mut file = match OpenOptions::new().write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if file.metadata()?.len() < length {
        return Ok(None);
    }
    file.set_len(length)?;
    file.seek(SeekFrom::End(0))?;
    Ok(Some(file))
}

/// A new file that only its owner can read.
pub(super) fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

pub(super) fn refused(path: &Path, error: &io::Error) -> Fault {
    Fault::new("file")
        .with("file", path.display())
        .with("reason", error)
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reject(line: u64, reason: &str, text: &[u8]) -> Reject {
        Reject {
            line,
            reason: reason.to_owned(),
            text: text.to_vec(),
        }
    }

    fn table() -> Shape {
        Shape::Table {
            header: b"kind;value".to_vec(),
            delimiter: b';',
        }
    }

    #[test]
    fn the_file_is_there_only_when_a_row_was_left_out_and_what_was_there_before_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sellers.csv.rejects.csv");
        std::fs::write(&path, "of yesterday").unwrap();
        let mut rejects = Rejects::open(path.clone(), table(), 0).unwrap().unwrap();
        assert_eq!(rejects.append(&[]).unwrap(), 0);
        assert!(!path.exists());
        rejects.append(&[reject(7, "a \"quote\"", b"lei;\xff")]).unwrap();
        assert_eq!(
            std::fs::read(&path).unwrap(),
            b"line;reason;kind;value\n7;\"a \"\"quote\"\"\";lei;\xff\n"
        );
    }

    #[test]
    fn lines_of_json_stay_json_and_others_become_text() {
        let written = |text| String::from_utf8(Shape::Lines.written(&reject(1, "no", text))).unwrap();
        assert_eq!(
            written(b"{\"a\": 1}"),
            "{\"line\":1,\"reason\":\"no\",\"row\":{\"a\": 1}}\n"
        );
        assert_eq!(
            written(b"{\"a"),
            "{\"line\":1,\"reason\":\"no\",\"row\":\"{\\\"a\"}\n"
        );
    }

    #[test]
    fn what_was_written_after_the_last_checkpoint_is_cut_off_and_a_file_that_is_too_short_is_no_good() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rejects");
        let mut rejects = Rejects::open(path.clone(), table(), 0).unwrap().unwrap();
        let length = rejects.append(&[reject(1, "no", b"a")]).unwrap();
        rejects.append(&[reject(2, "no", b"b")]).unwrap();
        let mut again = Rejects::open(path.clone(), table(), length).unwrap().unwrap();
        again.append(&[reject(2, "no", b"b")]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "line;reason;kind;value\n1;\"no\";a\n2;\"no\";b\n");
        assert!(Rejects::open(path, table(), 10_000).unwrap().is_none());
    }
}
