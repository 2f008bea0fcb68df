use std::fs::{File, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::json;
use serde_json::value::RawValue;
use sha2::{Digest as _, Sha256};

use super::written::{Written, hashed, told};
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
    written: Written,
    file: Option<File>,
    length: u64,
    hash: Sha256,
}

impl Rejects {
    /// Goes on after the first `length` bytes of `path`, which are `sha256`; 0 begins anew. None when they aren't there any more,
    /// or somebody has written to the file.
    pub(super) fn open(
        path: PathBuf,
        shape: Shape,
        mut written: Written,
        length: u64,
        sha256: &str,
    ) -> Result<Option<Self>, Fault> {
        if !written.claim() {
            return Err(Fault::new("rejects_in_use").with("file", path.display()));
        }
        let begun = match length {
            0 => Some((None, Sha256::new())),
            length => resumed(&path, &written, length, sha256).map_err(|error| refused(&path, &error))?,
        };
        Ok(begun.map(|(file, hash)| Self {
            path,
            shape,
            written,
            file,
            length,
            hash,
        }))
    }

    /// Takes what stands in the way of a new file out of it. Where that is kept, if this command didn't write it.
    pub(super) fn make_room(&self) -> Result<Option<PathBuf>, Fault> {
        if self.file.is_some() {
            return Ok(None);
        }
        let room = self.written.make_room(&self.path);
        room.map_err(|error| refused(&self.path, &error))
    }

    /// Appends rows and makes sure that they stay. How long the file is then.
    pub(super) fn append(&mut self, rejects: &[Reject]) -> Result<u64, Fault> {
        if rejects.is_empty() {
            return Ok(self.length);
        }
        let mut text = match self.length {
            0 => self.shape.header(),
            _ => Vec::new(),
        };
        text.extend(rejects.iter().flat_map(|reject| self.shape.written(reject)));
        let path = self.path.clone();
        self.write(&text).map_err(|error| refused(&path, &error))?;
        Ok(self.length)
    }

    /// Where they are, when there are any.
    pub(super) fn path(&self) -> Option<&Path> {
        (self.length > 0).then_some(&self.path)
    }

    /// SHA-256 of the file.
    pub(super) fn sha256(&self) -> String {
        told(&self.hash)
    }

    fn write(&mut self, text: &[u8]) -> io::Result<()> {
        let next = self.hash.clone().chain_update(text);
        self.written.expect(&self.hash, &next);
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(private_new(&self.path)?),
        };
        if let Err(error) = file.write_all(text).and_then(|()| file.sync_data()) {
            // What is there is known for this command's then.
            let _ = file.set_len(self.length);
            return Err(error);
        }
        self.hash = next;
        self.length += text.len() as u64;
        Ok(())
    }
}

/// The file that an earlier run left, cut to its first `length` bytes, if they and the rest are what was written.
fn resumed(
    path: &Path,
    written: &Written,
    length: u64,
    sha256: &str,
) -> io::Result<Option<(Option<File>, Sha256)>> {
    let mut file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        file => file?,
    };
    let begins = hashed(&mut file, length)?;
    file.rewind()?;
    let whole = hashed(&mut file, u64::MAX)?;
    if told(&begins) != sha256 || !written.knows(&whole) {
        return Ok(None);
    }
    Ok(cut(path, length)?.map(|file| (Some(file), begins)))
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

/// An empty file that only its owner can read.
pub(super) fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}

/// The same where there is none.
pub(super) fn private_new(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

pub(super) fn refused(path: &Path, error: &io::Error) -> Fault {
    Fault::new("file")
        .with("file", path.display())
        .with("reason", error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::DataFolder;

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

    fn opened(path: &Path, length: u64, sha256: &str) -> Option<Rejects> {
        let written = Written::at(&DataFolder::at(path.parent().unwrap()), path);
        Rejects::open(path.to_owned(), table(), written, length, sha256).unwrap()
    }

    #[test]
    fn the_file_is_there_only_when_a_row_was_left_out_and_what_was_there_before_is_kept_elsewhere() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sellers.csv.rejects.csv");
        std::fs::write(&path, "mended").unwrap();
        std::fs::write(folder.path().join("sellers.csv.rejects.1.csv"), "older").unwrap();
        let mut rejects = opened(&path, 0, "").unwrap();
        let kept = rejects.make_room().unwrap().unwrap();
        assert_eq!(kept, folder.path().join("sellers.csv.rejects.2.csv"));
        assert_eq!(std::fs::read_to_string(kept).unwrap(), "mended");
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
        let mut rejects = opened(&path, 0, "").unwrap();
        let length = rejects.append(&[reject(1, "no", b"a")]).unwrap();
        let sha256 = rejects.sha256();
        rejects.append(&[reject(2, "no", b"b")]).unwrap();
        drop(rejects);
        let mut again = opened(&path, length, &sha256).unwrap();
        again.append(&[reject(2, "no", b"b")]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "line;reason;kind;value\n1;\"no\";a\n2;\"no\";b\n");
        drop(again);
        assert!(opened(&path, 10_000, &sha256).is_none());
    }

    #[test]
    fn what_another_run_has_written_since_is_not_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rejects");
        let mut rejects = opened(&path, 0, "").unwrap();
        let length = rejects.append(&[reject(1, "no", b"a")]).unwrap();
        let first = rejects.sha256();
        drop(rejects);
        let mut other = opened(&path, 0, "").unwrap();
        assert_eq!(other.make_room().unwrap(), None);
        other.append(&[reject(1, "no", b"b")]).unwrap();
        let second = other.sha256();
        drop(other);
        assert!(opened(&path, length, &first).is_none());
        assert!(opened(&path, length, &second).is_some());
    }

    #[test]
    fn what_a_run_is_writing_no_other_one_touches() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rejects");
        let mut rejects = opened(&path, 0, "").unwrap();
        rejects.append(&[reject(1, "no", b"a")]).unwrap();
        let written = Written::at(&DataFolder::at(folder.path()), &path);
        assert!(Rejects::open(path.clone(), table(), written, 0, "").is_err());
        rejects.append(&[reject(2, "no", b"b")]).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 3);
        drop(rejects);
        assert_eq!(opened(&path, 0, "").unwrap().make_room().unwrap(), None);
    }

    #[test]
    fn a_write_that_was_not_made_leaves_a_file_that_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rejects");
        let mut rejects = opened(&path, 0, "").unwrap();
        let length = rejects.append(&[reject(1, "no", b"a")]).unwrap();
        let next = rejects.hash.clone().chain_update(b"2;");
        rejects.written.expect(&rejects.hash, &next);
        let sha256 = rejects.sha256();
        drop(rejects);
        assert!(opened(&path, length, &sha256).is_some());
        assert_eq!(opened(&path, 0, "").unwrap().make_room().unwrap(), None);
        assert!(!path.exists());
    }
}
