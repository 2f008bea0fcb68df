//! Copies of a whole database, from one that is in use into a file and from the file into one without tables.

mod postgres;
mod sqlite;

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

use crate::StoreError;

/// Why a database wasn't copied. Names programs and files, never a password.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error("there is no database to copy")]
    Missing,
    #[error("the database isn't empty: a backup is restored into an empty one")]
    Occupied,
    #[error("{0} isn't installed: on Debian, `apt-get install postgresql-client`")]
    Tool(&'static str),
    #[error("{0} failed: {1}")]
    Failed(&'static str, String),
    #[error("the copy: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes a consistent copy of the database at `url`, which may be in use, to a new file that only its owner can read.
///
/// # Errors
/// [`BackupError`]; what was written of the file stays for the caller to remove.
pub fn dump(url: &str, to: &Path) -> Result<(), BackupError> {
    private(to)?;
    match sqlite::path(url) {
        Some(path) => sqlite::dump(path, to)?,
        None => postgres::dump(url, to)?,
    }
    Ok(File::open(to)?.sync_all()?)
}

/// Fills the empty database at `url` from such a copy, all or nothing.
///
/// # Errors
/// [`BackupError::Occupied`], among others.
pub fn load(url: &str, from: &Path) -> Result<(), BackupError> {
    if !is_vacant(url)? {
        return Err(BackupError::Occupied);
    }
    match sqlite::path(url) {
        Some(path) => sqlite::load(path, from),
        None => postgres::load(url, from),
    }
}

/// Whether the database at `url` has no table, or doesn't exist as far as it is a file.
///
/// # Errors
/// When it can't be reached.
pub fn is_vacant(url: &str) -> Result<bool, BackupError> {
    match sqlite::path(url) {
        Some(path) => Ok(sqlite::is_vacant(path)?),
        None => Ok(postgres::is_vacant(url)?),
    }
}

/// Whether the database at `url` is a file, and which: [`load`] puts it there as a whole.
pub fn file_of(url: &str) -> Option<&Path> {
    sqlite::path(url).map(Path::new)
}

fn private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}
