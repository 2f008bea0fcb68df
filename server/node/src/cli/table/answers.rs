use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::rejects::{cut, private, refused};
use crate::cli::Fault;
use crate::cli::terminal::{to_standard, unheard};

/// Where answers go, line by line.
pub(super) enum Answers {
    /// Nobody wants them.
    Nowhere,
    /// They can't be taken back from there.
    Standard,
    File {
        path: PathBuf,
        file: File,
        length: u64,
    },
}

impl Answers {
    /// Goes on after the first `length` bytes of a file; 0 begins anew. None when they aren't there any more.
    pub(super) fn file(path: &Path, length: u64) -> Result<Option<Self>, Fault> {
        let file = match length {
            0 => private(path).map(Some),
            length => cut(path, length),
        };
        let file = file.map_err(|error| refused(path, &error))?;
        Ok(file.map(|file| Self::File {
            path: path.to_owned(),
            file,
            length,
        }))
    }

    /// Appends answers and makes sure that they stay. How long the file is then.
    pub(super) fn append(&mut self, lines: &[u8]) -> Result<u64, Fault> {
        match self {
            Self::Nowhere => Ok(0),
            Self::Standard => {
                to_standard(lines).map_err(|error| unheard(&error))?;
                Ok(0)
            }
            Self::File { path, file, length } => {
                if !lines.is_empty() {
                    let written = file.write_all(lines).and_then(|()| file.sync_data());
                    written.map_err(|error| refused(path, &error))?;
                    *length += lines.len() as u64;
                }
                Ok(*length)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_after_the_checkpoint_is_written_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers");
        let mut answers = Answers::file(&path, 0).unwrap().unwrap();
        let checkpoint = answers.append(b"1\n").unwrap();
        answers.append(b"2\n").unwrap();
        let mut again = Answers::file(&path, checkpoint).unwrap().unwrap();
        again.append(b"2\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "1\n2\n");
        assert!(Answers::file(&path, 100).unwrap().is_none());
    }
}
