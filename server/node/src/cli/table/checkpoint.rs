//! How far a file has been taken, in the node's data folder: an interrupted command goes on where the node's
//! acknowledgement stopped, and a file that was recorded to its end isn't sent twice.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use lianfang_encoding::{Timestamp, Transcript};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rejects::refused;
use crate::atomic::replace;
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
    #[serde(default)]
    pub(in crate::cli) ignored: u64,
    /// They were there, and lacked something that the file had.
    #[serde(default)]
    pub(in crate::cli) completed: u64,
    /// Of those that were added, present or completed.
    #[serde(default)]
    pub(in crate::cli) local: u64,
    /// How severe the most severe answer is.
    pub(in crate::cli) worst: u8,
}

/// Everything up to `line` is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Checkpoint {
    /// Part of the references of rows that have none: what is sent twice is found again.
    pub(super) id: Uuid,
    /// The file's last change when it was first read; a copy of it is the same file.
    pub(super) since: Timestamp,
    /// The last line that the node has acknowledged, or that was rejected before.
    pub(super) line: u64,
    /// The reference of the seller of `line`, if more rows of it may follow than are taken of one: they are refused, and
    /// make no second seller.
    #[serde(default)]
    pub(super) cut: Option<String>,
    pub(super) tally: Tally,
    /// Length of the file of rejects, and of the file of answers.
    pub(super) rejects: u64,
    pub(super) answers: u64,
    /// What the file of rejects holds then.
    #[serde(default)]
    pub(super) rejects_sha256: String,
    /// Where the file of rejects is, for the bytes of a file and not its place are what a checkpoint belongs to.
    #[serde(default)]
    pub(super) rejects_in: PathBuf,
    pub(super) finished: bool,
}

impl Checkpoint {
    /// `id` is the journal's, random for what can't be read twice.
    pub(super) fn first(id: Option<Uuid>, since: Timestamp) -> Self {
        Self {
            id: id.unwrap_or_else(Uuid::new_v4),
            since,
            line: 0,
            cut: None,
            tally: Tally::default(),
            rejects: 0,
            answers: 0,
            rejects_sha256: String::new(),
            rejects_in: PathBuf::new(),
            finished: false,
        }
    }

    /// From the first line, under the same name.
    pub(super) fn anew(&self) -> Self {
        Self {
            ..Self::first(Some(self.id), self.since)
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
    /// That of its checkpoints: a keyed hash, so that a node that lost its journals and was restored finds again what it has,
    /// and nobody else learns which file it was. None where there is no key of a node.
    pub(super) id: Option<Uuid>,
}

impl Journal {
    /// `what` is done with the file whose SHA-256 is `hash`; `meaning` is everything else that decides whom its items are about.
    /// What is said `otherwise` makes another run of it, in which they have the same names.
    pub(super) fn of(
        data: &DataFolder,
        what: &str,
        hash: &[u8; 32],
        meaning: &str,
        otherwise: &[String],
    ) -> Self {
        let key = Transcript::new("lianfang/checkpoint/v1")
            .bytes(what.as_bytes())
            .bytes(hash)
            .bytes(&lianfang_encoding::sha256(meaning.as_bytes()))
            .sha256();
        let id = data.hashing_secret().ok().map(|secret| {
            let id = Transcript::new("lianfang/import-id/v1")
                .bytes(secret.as_ref())
                .bytes(&key)
                .sha256();
            id_of(&id)
        });
        Self {
            id,
            folder: data.path().join("imports"),
            name: format!("{}.json", hex::encode(run_of(&key, otherwise))),
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
        let text = serde_json::to_vec(checkpoint)?;
        replace(&self.folder.join(&self.name), 0o600, text.as_slice())
    }
}

fn run_of(key: &[u8; 32], otherwise: &[String]) -> [u8; 32] {
    if otherwise.is_empty() {
        return *key;
    }
    Transcript::new("lianfang/checkpoint-otherwise/v1")
        .bytes(key)
        .bytes(format!("{otherwise:?}").as_bytes())
        .sha256()
}

fn id_of(hash: &[u8; 32]) -> Uuid {
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    uuid::Builder::from_custom_bytes(id).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_belongs_to_a_file_and_a_way_of_reading_it() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::at(folder.path());
        let journal = Journal::of(&data, "entries", &[1; 32], "", &[]);
        assert_eq!(journal.load(), None);
        let mut checkpoint = Checkpoint::first(None, Timestamp::from_secs(9));
        journal.save(&checkpoint).unwrap();
        checkpoint.line = 70;
        journal.save(&checkpoint).unwrap();
        assert_eq!(journal.load(), Some(checkpoint));
        for other in [
            Journal::of(&data, "roster", &[1; 32], "", &[]),
            Journal::of(&data, "entries", &[2; 32], "", &[]),
            Journal::of(&data, "entries", &[1; 32], "CN", &[]),
            Journal::of(&data, "entries", &[1; 32], "", &["LIBRARY_CARD".to_owned()]),
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
        let journal = Journal::of(&DataFolder::at(folder.path()), "entries", &[1; 32], "", &[]);
        journal
            .save(&Checkpoint::first(None, Timestamp::from_secs(9)))
            .unwrap();
        std::fs::write(journal.folder.join(&journal.name), "{").unwrap();
        assert_eq!(journal.load(), None);
    }
}
