//! Public texts of the data folder.

use std::fs;
use std::path::Path;

use super::FolderError;
use crate::atomic::replace;

/// Reads a public text file.
pub(crate) fn read_text(path: &Path) -> Result<String, FolderError> {
    fs::read_to_string(path).map_err(|error| FolderError::Io(path.to_owned(), error))
}

/// Writes a public text file in place of what is there.
pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), FolderError> {
    replace(path, 0o644, text.as_bytes()).map_err(|error| FolderError::Io(path.to_owned(), error))
}
