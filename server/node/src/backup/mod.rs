//! Backups: a tar archive of the database and of what the data folder needs beside it, with a manifest of SHA-256s.
//! Shares of token keys are never in one.

mod archive;
mod manifest;
mod restore;
mod scratch;
mod write;

use std::io;
use std::path::PathBuf;

use lianfang_flow::FlowError;
use lianfang_store::StoreError;
use lianfang_store::backup::BackupError;

pub use manifest::{Database, Manifest};
pub use restore::{interrupted, restore};
pub use write::write;

/// Name of the database's copy in the archive.
const DATABASE: &str = "database";
/// Name of the manifest, which is the archive's last file.
const MANIFEST: &str = "manifest.json";

/// Why a backup wasn't written or restored. Names files, never what is in them.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    #[error("{0}: {1}")]
    Io(PathBuf, io::Error),
    #[error("{0} isn't a backup, or isn't whole")]
    Damaged(PathBuf),
    #[error("the backup is of node {0}, not of the configured one")]
    OtherNode(String),
    #[error("the backup holds a database of another kind than the configured one")]
    OtherDatabase,
    #[error("{0} isn't empty: a backup is restored into an empty data folder")]
    Occupied(PathBuf),
    #[error(
        "the restore of another backup into {0} was interrupted: finish that one, or empty the folder and the database"
    )]
    Interrupted(PathBuf),
    #[error("the database: {0}")]
    Database(#[from] BackupError),
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    #[error("{0}")]
    Flow(#[from] FlowError),
    #[error(transparent)]
    Folder(#[from] crate::data::FolderError),
}
