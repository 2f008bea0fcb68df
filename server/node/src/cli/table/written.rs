//! What this command last wrote to a file of rejects. Anything else that stands there may be somebody's work.

use std::fs::{DirBuilder, File, TryLockError};
use std::io::{self, Read as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use lianfang_encoding::Transcript;
use sha2::{Digest as _, Sha256};

use super::rejects::{private, private_new};
use crate::atomic::replace;
use crate::data::DataFolder;

/// Files that are kept beside one of rejects.
const MOST: u32 = 999;

/// A note in the data folder of what a file of rejects holds, by its SHA-256: before and after what was written last.
pub(super) struct Written {
    note: PathBuf,
    /// Locked while a run writes there, before there is a file and while it is replaced.
    claim: Option<File>,
}

impl Written {
    /// Of an absolute path.
    pub(super) fn at(data: &DataFolder, path: &Path) -> Self {
        let name = Transcript::new("lianfang/rejects-note/v1")
            .bytes(path.as_os_str().as_encoded_bytes())
            .sha256();
        let folder = data.path().join("imports").join("rejects");
        Self {
            note: folder.join(hex::encode(name)),
            claim: None,
        }
    }

    /// Keeps every other run from this file of rejects until this is dropped; returns whether none has it. In a data folder that
    /// can't be written to nothing is kept.
    pub(super) fn claim(&mut self) -> bool {
        let Ok(file) = self
            .make_folder()
            .and_then(|()| private(&self.note.with_extension("lock")))
        else {
            return true;
        };
        let is_free = !matches!(file.try_lock(), Err(TryLockError::WouldBlock));
        self.claim = Some(file);
        is_free
    }

    /// Notes what the file holds, and what it is about to. A note that can't be kept loses nothing: what it doesn't know is
    /// somebody's work.
    pub(super) fn expect(&self, held: &Sha256, next: &Sha256) {
        let _ = self.save(&format!("{}\n{}\n", told(held), told(next)));
    }

    /// Whether the file is as this command left it.
    pub(super) fn knows(&self, file: &Sha256) -> bool {
        let told = told(file);
        let note = std::fs::read_to_string(&self.note).unwrap_or_default();
        note.lines().any(|line| line == told)
    }

    /// Leaves nothing at `path`: what this command wrote there is deleted, and anything else is kept under the name that is
    /// returned.
    pub(super) fn make_room(&self, path: &Path) -> io::Result<Option<PathBuf>> {
        let about = match path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            about => about?,
        };
        if about.is_file() && self.knows(&hashed(&mut File::open(path)?, u64::MAX)?) {
            return std::fs::remove_file(path).map(|()| None);
        }
        aside(path).map(Some)
    }

    fn save(&self, text: &str) -> io::Result<()> {
        self.make_folder()?;
        replace(&self.note, 0o600, text.as_bytes())
    }

    fn make_folder(&self) -> io::Result<()> {
        let folder = self.note.parent().unwrap_or(&self.note);
        DirBuilder::new().recursive(true).mode(0o700).create(folder)
    }
}

/// What the next `length` bytes of a file are, or as many as there are.
pub(super) fn hashed(file: &mut File, length: u64) -> io::Result<Sha256> {
    let mut hash = Sha256::new();
    io::copy(&mut file.take(length), &mut hash)?;
    Ok(hash)
}

/// As it is noted.
pub(super) fn told(hash: &Sha256) -> String {
    hex::encode(hash.clone().finalize())
}

/// Gives a file a name that no other has, by which it can be loaded as before.
fn aside(path: &Path) -> io::Result<PathBuf> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    for number in 1..=MOST {
        let ending = ending.map_or_else(|| number.to_string(), |ending| format!("{number}.{ending}"));
        let kept = path.with_extension(ending);
        match private_new(&kept) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(_) => return renamed(path, kept),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// `kept` is an empty file, which nobody else takes meanwhile.
fn renamed(path: &Path, kept: PathBuf) -> io::Result<PathBuf> {
    if let Err(error) = std::fs::rename(path, &kept) {
        std::fs::remove_file(&kept)?;
        return Err(error);
    }
    Ok(kept)
}
