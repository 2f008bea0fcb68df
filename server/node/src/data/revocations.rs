//! The revocation list of the authority that is kept in the folder: each follows the one before.

use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;

use lianfang_certs::{Authority, Serial};
use lianfang_encoding::Timestamp;

use super::{DataFolder, FolderError, read_text, write_text};

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
        write_text(&self.revocations(), &next)?;
        out.map_or(Ok(()), |out| write_text(out, &next))
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
