//! The revocation list of the authority that is kept in the folder: each follows the one before.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use lianfang_certs::{Authority, Serial};
use lianfang_encoding::Timestamp;

use super::{DataFolder, FolderError, read_text};

impl DataFolder {
    /// Signs the list that follows the one in the folder, the first when there is none, with `revoked` on it beside what
    /// was there. It is kept here and copied to `out`.
    ///
    /// # Errors
    /// [`FolderError`], among others when no authority is kept here. What is there is never started anew.
    pub fn sign_revocations(
        &self,
        revoked: impl FnOnce(&Authority) -> Result<Vec<Serial>, FolderError>,
        now: Timestamp,
        validity: Duration,
        out: Option<&Path>,
    ) -> Result<(), FolderError> {
        let authority = self.read_authority()?.ok_or(FolderError::NoAuthority)?;
        let serials = revoked(&authority)?;
        // Two that began from one list would each lose what the other has revoked.
        let key = self.authority_key();
        let _alone = File::open(&key)
            .and_then(|file| file.lock().map(|()| file))
            .map_err(|error| FolderError::Io(key, error))?;
        let previous = self.kept_revocations()?;
        let next = authority.revoke(previous.as_deref(), &serials, now, validity)?;
        replace(&self.revocations(), &next)?;
        out.map_or(Ok(()), |out| replace(out, &next))
    }

    /// The list in the folder, if there is one.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn kept_revocations(&self) -> Result<Option<String>, FolderError> {
        match read_text(&self.revocations()) {
            Err(FolderError::Io(_, error)) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map(Some),
        }
    }
}

/// Whoever reads the file meanwhile sees the old or the new one whole.
fn replace(path: &Path, text: &str) -> Result<(), FolderError> {
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let fresh = PathBuf::from(fresh);
    let write = || {
        let mut file = File::create(&fresh)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    };
    write().map_err(|error| FolderError::Io(path.to_owned(), error))
}
