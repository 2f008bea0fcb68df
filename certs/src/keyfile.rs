//! Secrets on disk: written once, readable by their owner only.

use std::fs::{File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

/// More than any key or password needs.
const LIMIT: u64 = 1024 * 1024;

/// Why a key file wasn't written or read. The text names the file and what to do, never its content.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    #[error("{0} exists already and is never overwritten: move it away first")]
    Exists(PathBuf),
    #[error("{0} can be read or changed by others (mode {1:04o}): run `chmod 600 {0}`")]
    Exposed(PathBuf, u32),
    #[error("{0} isn't a regular file")]
    NotAFile(PathBuf),
    #[error("{0} is larger than any key file")]
    TooLarge(PathBuf),
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: io::Error },
}

/// Creates `path` with mode 0600 and writes `secret`; the file and its folder are on disk when this returns. Whenever the
/// process ends, `path` holds the whole secret or isn't there.
///
/// # Errors
/// [`KeyFileError::Exists`] when anything is there, even a dangling link; [`KeyFileError::Io`], after which no
/// file is left behind.
pub fn write_new(path: &Path, secret: &[u8]) -> Result<(), KeyFileError> {
    let failed = |source| io_error(path, source);
    let mut file = beside(path).map_err(failed)?;
    file.write_all(secret)
        .and_then(|()| file.as_file().sync_all())
        .map_err(failed)?;
    file.persist_noclobber(path)
        .map_err(|refused| match refused.error.kind() {
            io::ErrorKind::AlreadyExists => KeyFileError::Exists(path.to_owned()),
            _ => failed(refused.error),
        })?;
    sync_folder(path).map_err(|source| {
        // Whoever is told of an error takes the secret for one that isn't kept.
        let _ = std::fs::remove_file(path);
        failed(source)
    })
}

/// Reads a secret, refusing a file that others than its owner can read or change.
///
/// # Errors
/// [`KeyFileError::Exposed`] with the command that helps, [`KeyFileError::NotAFile`],
/// [`KeyFileError::TooLarge`] beyond 1 MiB, [`KeyFileError::Io`].
pub fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let file = File::open(path).map_err(|source| io_error(path, source))?;
    // Of the open file, not of the path, which may be exchanged in between.
    let about = file.metadata().map_err(|source| io_error(path, source))?;
    if !about.is_file() {
        return Err(KeyFileError::NotAFile(path.to_owned()));
    }
    let mode = about.mode() & 0o7777;
    if mode & 0o077 != 0 {
        return Err(KeyFileError::Exposed(path.to_owned(), mode));
    }
    if about.len() > LIMIT {
        return Err(KeyFileError::TooLarge(path.to_owned()));
    }
    read_all(file, about.len()).map_err(|source| io_error(path, source))
}

/// A file in the same folder that nobody knows yet, and that is removed unless it is kept.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".key-")
        .permissions(Permissions::from_mode(0o600))
        .tempfile_in(folder_of(path))
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// Into a buffer of the final size, so that no copy of the secret is left in memory by growing.
fn read_all(file: File, length: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let capacity = usize::try_from(length).map_err(|_| io::ErrorKind::OutOfMemory)?;
    let mut secret = Zeroizing::new(vec![0; capacity]);
    let mut file = file.take(length);
    file.read_exact(&mut secret)?;
    Ok(secret)
}

fn io_error(path: &Path, source: io::Error) -> KeyFileError {
    KeyFileError::Io {
        path: path.to_owned(),
        source,
    }
}
