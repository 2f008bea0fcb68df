//! Digest bodies as content-addressed files: written beside, made durable, renamed into place.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use lianfang_encoding::NodeId;
use lianfang_mapped::MappedFile;

use crate::FlowError;
use crate::files::Troubles;

/// A body to be served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyFile {
    pub path: PathBuf,
    pub length: u64,
}

#[derive(Debug, Clone)]
pub(crate) struct Bodies {
    folder: PathBuf,
    troubles: Troubles,
}

impl Bodies {
    pub(crate) fn open(folder: &Path) -> Result<Self, FlowError> {
        let troubles = Troubles::of("bodies");
        fs::create_dir_all(folder).map_err(|error| troubles.note(&error))?;
        Ok(Self {
            folder: folder.to_owned(),
            troubles,
        })
    }

    pub(crate) fn troubles(&self) -> &Troubles {
        &self.troubles
    }

    /// Where the body with this hash is, or would be.
    pub(crate) fn path(&self, hash: &[u8; 32]) -> PathBuf {
        self.folder.join(hex::encode(hash))
    }

    /// Where a body that a head of `publisher` names is collected until it is whole and verified. What the heads of others say
    /// of the same body doesn't count there.
    pub(crate) fn partial_path(&self, publisher: &NodeId, hash: &[u8; 32]) -> PathBuf {
        self.folder
            .join(format!("{}.{publisher}.part", hex::encode(hash)))
    }

    pub(crate) fn find(&self, hash: &[u8; 32]) -> Result<Option<BodyFile>, FlowError> {
        let path = self.path(hash);
        let found = self.unless_lost(fs::metadata(&path))?;
        Ok(found.map(|found| BodyFile {
            length: found.len(),
            path,
        }))
    }

    /// `None` when it isn't here, or the disk no longer gives it.
    pub(crate) fn read(&self, hash: &[u8; 32]) -> Result<Option<Vec<u8>>, FlowError> {
        self.unless_lost(fs::read(self.path(hash)))
    }

    /// The same, mapped.
    pub(crate) fn map(&self, hash: &[u8; 32]) -> Result<Option<MappedFile>, FlowError> {
        self.unless_lost(MappedFile::open(&self.path(hash)))
    }

    /// Whether the body with this hash is here as it was stored. Reads all of it.
    pub(crate) fn is_sound(&self, hash: &[u8; 32]) -> Result<bool, FlowError> {
        let body = self.read(hash)?;
        Ok(body.is_some_and(|body| lianfang_encoding::sha256(&body) == *hash))
    }

    /// A body that the disk has lost can be fetched again. While the whole folder can't be reached nothing is lost.
    fn unless_lost<T>(&self, read: io::Result<T>) -> Result<Option<T>, FlowError> {
        let Err(error) = read.as_ref() else {
            return Ok(read.ok());
        };
        fs::read_dir(&self.folder).map_err(|closed| self.failed(&closed))?;
        if error.kind() != io::ErrorKind::NotFound {
            tracing::warn!(error.kind = ?error.kind(), "a digest body can't be read");
        }
        Ok(None)
    }

    /// Stores a body that is already known to have this hash, also in the place of what the disk has made of it.
    pub(crate) fn store(&self, hash: &[u8; 32], body: &[u8]) -> Result<(), FlowError> {
        if self.is_sound(hash)? {
            return Ok(());
        }
        let mut file = tempfile::NamedTempFile::new_in(&self.folder).map_err(|error| self.failed(&error))?;
        file.write_all(body).map_err(|error| self.failed(&error))?;
        file.as_file().sync_all().map_err(|error| self.failed(&error))?;
        file.persist(self.path(hash))
            .map_err(|error| self.failed(&error.error))?;
        self.sync_folder()
    }

    /// Makes a whole, verified partial file the body.
    pub(crate) fn adopt(&self, publisher: &NodeId, hash: &[u8; 32], file: &File) -> Result<(), FlowError> {
        file.sync_all().map_err(|error| self.failed(&error))?;
        let partial = self.partial_path(publisher, hash);
        fs::rename(partial, self.path(hash)).map_err(|error| self.failed(&error))?;
        self.sync_folder()
    }

    /// A file on the same disk that nobody else can open and that is gone when it is closed.
    pub(crate) fn nameless(&self) -> Result<File, FlowError> {
        tempfile::tempfile_in(&self.folder).map_err(|error| self.failed(&error))
    }

    fn sync_folder(&self) -> Result<(), FlowError> {
        File::open(&self.folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|error| self.failed(&error))
    }

    pub(crate) fn failed(&self, error: &io::Error) -> FlowError {
        self.troubles.note(error)
    }

    /// Every file in the folder, with its length.
    pub(crate) fn files(&self) -> Result<Vec<(String, u64)>, FlowError> {
        let mut files = Vec::new();
        for file in fs::read_dir(&self.folder).map_err(|error| self.failed(&error))? {
            let file = file.map_err(|error| self.failed(&error))?;
            // What is gone meanwhile, or named by nobody here, is left alone.
            if let (Ok(name), Ok(found)) = (file.file_name().into_string(), file.metadata())
                && found.is_file()
            {
                files.push((name, found.len()));
            }
        }
        Ok(files)
    }

    /// Removes a file of [`Bodies::files`].
    pub(crate) fn remove_file(&self, name: &str) {
        remove(&self.folder.join(name));
    }

    pub(crate) fn remove(&self, hash: &[u8; 32]) {
        remove(&self.path(hash));
    }
}

fn remove(path: &Path) {
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::warn!(error.kind = ?error.kind(), "a digest body couldn't be removed");
    }
}
