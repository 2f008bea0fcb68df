//! Files that are written whole: whoever reads one meanwhile, and whoever comes after a crash, sees the old or the new one.

use std::fs::{File, Permissions};
use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// Puts a file with this content and mode in the place of what `path` names, a link too; both the file and its name are on
/// disk when this returns.
pub(crate) fn replace(path: &Path, mode: u32, mut content: impl Read) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".new-")
        .permissions(Permissions::from_mode(mode))
        .tempfile_in(folder)?;
    io::copy(&mut content, &mut file)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind::StorageFull;
    use std::os::unix::fs::MetadataExt as _;

    use super::*;

    struct Breaking;

    impl Read for Breaking {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(StorageFull.into())
        }
    }

    #[test]
    fn what_could_not_be_written_to_its_end_leaves_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("lianfang.toml");
        for before in [None, Some(b"[node]\n".as_slice())] {
            let broken = b"[no".chain(Breaking);
            assert_eq!(replace(&target, 0o600, broken).unwrap_err().kind(), StorageFull);
            assert_eq!(std::fs::read(&target).ok().as_deref(), before);
            let there = std::fs::read_dir(folder.path()).unwrap().count();
            assert_eq!(there, usize::from(before.is_some()));
            replace(&target, 0o600, b"[node]\n".as_slice()).unwrap();
        }
    }

    #[test]
    fn a_file_has_the_mode_it_was_written_with_whatever_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("text");
        for mode in [0o644, 0o600, 0o644] {
            replace(&target, mode, b"new".as_slice()).unwrap();
            assert_eq!(target.metadata().unwrap().mode() & 0o777, mode);
        }
    }
}
