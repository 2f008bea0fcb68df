use std::fs::OpenOptions;
use std::io::ErrorKind;

use crate::StoreError;

/// Creates the file readable by its owner only; SQLite gives its journal the same mode.
pub(crate) fn create_private(path: &str) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(_) => Err(StoreError::Unavailable),
    }
}
