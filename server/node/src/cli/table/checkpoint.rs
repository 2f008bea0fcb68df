//! How far a file has been taken, in the node's data folder: an interrupted command goes on where the node's
//! acknowledgement stopped, and a file that was taken to its end isn't sent twice.

use std::fs::DirBuilder;
use std::io::{self, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use lianfang_encoding::{Timestamp, Transcript};
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use uuid::Uuid;

use super::rejects::refused;
use crate::cli::Fault;
use crate::data::DataFolder;

/// What became of the lines of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::cli) struct Tally {
    pub(in crate::cli) added: u64,
    pub(in crate::cli) present: u64,
    pub(in crate::cli) incomplete: u64,
    pub(in crate::cli) rejected: u64,
    pub(in crate::cli) skipped: u64,
    /// How severe the most severe answer is.
    pub(in crate::cli) worst: u8,
}

/// Everything up to `line` is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    /// Random, and part of the references of rows that have none: what is sent twice is found again.
    pub(super) id: Uuid,
    /// The file's last change when it was first read; a copy of it is the same file.
    pub(super) since: Timestamp,
    /// The last line that the node has acknowledged, or that was rejected before.
    pub(super) line: u64,
    pub(super) tally: Tally,
    /// Length of the file of rejects, and of the file of answers.
    pub(super) rejects: u64,
    pub(super) answers: u64,
    pub(super) finished: bool,
}

impl Checkpoint {
    pub(super) fn first(since: Timestamp) -> Self {
        Self {
            id: Uuid::new_v4(),
            since,
            line: 0,
            tally: Tally::default(),
            rejects: 0,
            answers: 0,
            finished: false,
        }
    }

    /// From the first line, under the same name.
    pub(super) fn anew(&self) -> Self {
        Self {
            id: self.id,
            ..Self::first(self.since)
        }
    }

    /// Of a row that has none.
    pub(super) fn reference(&self, line: u64) -> String {
        format!("import-{}-{line}", self.id.simple())
    }
}

/// Where the checkpoint of one file and one way of reading it is kept.
#[derive(Debug, Clone)]
pub(super) struct Journal {
    folder: PathBuf,
    name: String,
}

impl Journal {
    /// `what` is done with the file whose SHA-256 is `hash`; `meaning` is everything else that decides what is sent.
    pub(super) fn of(data: &DataFolder, what: &str, hash: &[u8; 32], meaning: &str) -> Self {
        let key = Transcript::new("lianfang/checkpoint/v1")
            .bytes(what.as_bytes())
            .bytes(hash)
            .bytes(&lianfang_encoding::sha256(meaning.as_bytes()))
            .sha256();
        Self {
            folder: data.path().join("imports"),
            name: format!("{}.json", hex::encode(key)),
        }
    }

    /// None when there is none, or it can't be read.
    pub(super) fn load(&self) -> Option<Checkpoint> {
        let text = std::fs::read(self.folder.join(&self.name)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Replaces it as a whole: whoever is killed leaves the old one or the new one.
    pub(super) fn save(&self, checkpoint: &Checkpoint) -> Result<(), Fault> {
        let path = self.folder.join(&self.name);
        self.write(checkpoint).map_err(|error| refused(&path, &error))
    }

    fn write(&self, checkpoint: &Checkpoint) -> io::Result<()> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.folder)?;
        let mut file = NamedTempFile::new_in(&self.folder)?;
        file.write_all(&serde_json::to_vec(checkpoint)?)?;
        file.as_file().sync_data()?;
        file.persist(self.folder.join(&self.name))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_belongs_to_a_file_and_a_way_of_reading_it() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::at(folder.path());
        let journal = Journal::of(&data, "entries", &[1; 32], "");
        assert_eq!(journal.load(), None);
        let mut checkpoint = Checkpoint::first(Timestamp::from_secs(9));
        journal.save(&checkpoint).unwrap();
        checkpoint.line = 70;
        journal.save(&checkpoint).unwrap();
        assert_eq!(journal.load(), Some(checkpoint));
        for other in [
            Journal::of(&data, "roster", &[1; 32], ""),
            Journal::of(&data, "entries", &[2; 32], ""),
            Journal::of(&data, "entries", &[1; 32], "CN"),
        ] {
            assert_eq!(other.load(), None);
        }
        assert_eq!(
            std::fs::read_dir(folder.path().join("imports")).unwrap().count(),
            1
        );
    }

    #[test]
    fn a_checkpoint_that_can_not_be_read_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::of(&DataFolder::at(folder.path()), "entries", &[1; 32], "");
        journal.save(&Checkpoint::first(Timestamp::from_secs(9))).unwrap();
        std::fs::write(journal.folder.join(&journal.name), "{").unwrap();
        assert_eq!(journal.load(), None);
    }
}
