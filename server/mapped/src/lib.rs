//! Files of the node's own making, mapped into memory: opened in no time, read when they are needed, given back when
//! memory is short. The one unsafe line of the whole node is here.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use memmap2::Mmap;

/// Bits by which a group or anybody may write.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// The bytes of a file that nobody changes any more.
#[derive(Debug)]
pub struct MappedFile(Mmap);

impl MappedFile {
    /// Maps a whole file. It must be one that this node wrote, put into its place whole and never changes there; it may
    /// be unlinked or replaced by another while it is mapped.
    ///
    /// # Errors
    /// Those of opening it; [`io::ErrorKind::PermissionDenied`] when others than its owner may write to it, because then
    /// nobody can promise that it stays as it is; [`io::ErrorKind::InvalidInput`] when it is no file.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let about = file.metadata()?;
        if !about.is_file() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "only files are mapped",
            ));
        }
        if about.mode() & WRITABLE_BY_OTHERS != 0 {
            let why = "others may write to a file that is to be mapped";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        }
        map(&file).map(Self)
    }
}

#[expect(unsafe_code, reason = "a mapping can't be made otherwise")]
fn map(file: &File) -> io::Result<Mmap> {
    // SAFETY: the mapping is undefined behaviour if the file changes or shrinks below it. Only its owner can write to
    // it, and the node, which runs as its owner, writes such files beside their place, renames them into it whole and
    // never opens them for writing again.
    unsafe { Mmap::map(file) }
}

impl AsRef<[u8]> for MappedFile {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_mapping_shows_the_file_and_outlives_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image");
        fs::write(&path, b"as it was").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        let mapped = MappedFile::open(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(mapped.as_ref(), b"as it was");
    }

    #[test]
    fn a_file_that_others_may_write_to_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image");
        fs::write(&path, b"shared").unwrap();
        for mode in [0o620, 0o602, 0o666] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            let refused = MappedFile::open(&path).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied, "{mode:o}");
        }
    }

    #[test]
    fn a_folder_and_a_missing_file_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let refused = MappedFile::open(folder.path()).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
        let refused = MappedFile::open(&folder.path().join("none")).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::NotFound);
    }
}
