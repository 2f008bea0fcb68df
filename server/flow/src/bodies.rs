//! Digest bodies as content-addressed files: written beside, made durable, renamed into place.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::FlowError;

/// A body to be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyFile {
    pub path: PathBuf,
    pub length: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Bodies {
    folder: PathBuf,
}

impl Bodies {
    pub(crate) fn open(folder: &Path) -> Result<Self, FlowError> {
        fs::create_dir_all(folder).map_err(failed)?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Where the body with this hash is, or would be.
    pub(crate) fn path(&self, hash: &[u8; 32]) -> PathBuf {
        self.folder.join(hex::encode(hash))
    }

    /// Where a body is collected until it is whole and verified.
    pub(crate) fn partial_path(&self, hash: &[u8; 32]) -> PathBuf {
        self.folder.join(format!("{}.part", hex::encode(hash)))
    }

    pub(crate) fn find(&self, hash: &[u8; 32]) -> Option<BodyFile> {
        let path = self.path(hash);
        let length = fs::metadata(&path).ok()?.len();
        Some(BodyFile { path, length })
    }

    pub(crate) fn read(&self, hash: &[u8; 32]) -> Result<Vec<u8>, FlowError> {
        fs::read(self.path(hash)).map_err(failed)
    }

    /// Whether the body with this hash is here as it was stored. Reads all of it.
    pub(crate) fn is_sound(&self, hash: &[u8; 32]) -> bool {
        fs::read(self.path(hash)).is_ok_and(|body| lianfang_encoding::sha256(&body) == *hash)
    }

    /// Stores a body that is already known to have this hash.
    pub(crate) fn store(&self, hash: &[u8; 32], body: &[u8]) -> Result<(), FlowError> {
        if self.path(hash).exists() {
            return Ok(());
        }
        let mut file = tempfile::NamedTempFile::new_in(&self.folder).map_err(failed)?;
        file.write_all(body).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(self.path(hash))
            .map_err(|error| failed(error.error))?;
        self.sync_folder()
    }

    /// Makes a whole, verified partial file the body.
    pub(crate) fn adopt(&self, hash: &[u8; 32], file: &File) -> Result<(), FlowError> {
        file.sync_all().map_err(failed)?;
        fs::rename(self.partial_path(hash), self.path(hash)).map_err(failed)?;
        self.sync_folder()
    }

    /// A file on the same disk that nobody else can open and that is gone when it is closed.
    pub(crate) fn nameless(&self) -> Result<File, FlowError> {
        tempfile::tempfile_in(&self.folder).map_err(failed)
    }

    fn sync_folder(&self) -> Result<(), FlowError> {
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(failed)
    }

    pub(crate) fn remove(&self, hash: &[u8; 32]) {
        for path in [self.path(hash), self.partial_path(hash)] {
            if let Err(error) = fs::remove_file(path)
                && error.kind() != io::ErrorKind::NotFound
            {
                tracing::warn!(error.kind = ?error.kind(), "a digest body couldn't be removed");
            }
        }
    }
}

pub(crate) fn failed(error: io::Error) -> FlowError {
    tracing::error!(error.kind = ?error.kind(), "the folder of digest bodies failed");
    FlowError::Internal("the folder of digest bodies can't be used")
}
