//! Public texts of the data folder: whoever reads one meanwhile, and whoever comes after a crash, sees the old or the new
//! one whole.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::FolderError;

/// Reads a public text file.
pub(crate) fn read_text(path: &Path) -> Result<String, FolderError> {
    fs::read_to_string(path).map_err(|error| FolderError::Io(path.to_owned(), error))
}

/// Writes a public text file in place of what is there.
pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), FolderError> {
    replace(path, text.as_bytes()).map_err(|error| FolderError::Io(path.to_owned(), error))
}

fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".new-")
        .permissions(Permissions::from_mode(0o644))
        .tempfile_in(folder)?;
    file.write_all(text)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(folder)?.sync_all()
}
