//! Reading an archive: nothing of it is used before all of it has been checked.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use lianfang_encoding::sha256;
use lianfang_wire::membership::Hash32;

use super::manifest::Hashing;
use super::{ArchiveError, DATABASE, MANIFEST, Manifest};
use crate::atomic::replace;
use crate::config::FILE;

/// More than a manifest of a million files needs.
const LARGEST_MANIFEST: u64 = 256 * 1024 * 1024;

/// An archive whose files are those of its manifest, byte for byte.
pub(super) struct Checked {
    path: PathBuf,
    pub(super) manifest: Manifest,
    /// SHA-256 of the manifest: the backup's name.
    pub(super) id: String,
}

impl Checked {
    pub(super) fn open(path: &Path) -> Result<Self, ArchiveError> {
        let damaged = || ArchiveError::Damaged(path.to_owned());
        let mut found: BTreeMap<String, Hash32> = BTreeMap::new();
        let mut manifest = None;
        let failed = |error| ArchiveError::Io(path.to_owned(), error);
        each(path, |name, entry| {
            if name == MANIFEST {
                let mut text = Vec::new();
                entry
                    .take(LARGEST_MANIFEST)
                    .read_to_end(&mut text)
                    .map_err(failed)?;
                manifest = Some(text);
            } else {
                let mut entry = Hashing::new(entry);
                io::copy(&mut entry, &mut io::sink()).map_err(failed)?;
                found.insert(name.to_owned(), entry.finish());
            }
            Ok(())
        })?;
        let text = manifest.ok_or_else(damaged)?;
        let manifest: Manifest = serde_json::from_slice(&text).map_err(|_| damaged())?;
        if manifest.version != Manifest::VERSION || manifest.files != found || !found.contains_key(DATABASE) {
            return Err(damaged());
        }
        Ok(Self {
            path: path.to_owned(),
            manifest,
            id: hex::encode(sha256(&text)),
        })
    }

    /// Writes the files that `place` gives a path, for their owner only.
    pub(super) fn extract(&self, place: impl Fn(&str) -> Option<PathBuf>) -> Result<(), ArchiveError> {
        each(&self.path, |name, entry| match place(name) {
            // The archive was read to its end before: what fails now is the file.
            Some(to) => replace(&to, 0o600, entry).map_err(|error| ArchiveError::Io(to, error)),
            None => Ok(()),
        })
    }
}

fn each(
    path: &Path,
    mut see: impl FnMut(&str, tar::Entry<'_, File>) -> Result<(), ArchiveError>,
) -> Result<(), ArchiveError> {
    let failed = |error| ArchiveError::Io(path.to_owned(), error);
    let damaged = || ArchiveError::Damaged(path.to_owned());
    let mut archive = tar::Archive::new(File::open(path).map_err(failed)?);
    for entry in archive.entries().map_err(|_| damaged())? {
        let entry = entry.map_err(|_| damaged())?;
        let name = entry.path().map_err(|_| damaged())?.into_owned();
        let name = name.to_str().filter(|name| is_known(name)).ok_or_else(damaged)?;
        if entry.header().entry_type() != tar::EntryType::Regular {
            return Err(damaged());
        }
        see(name, entry)?;
    }
    Ok(())
}

/// Only files that a backup has: nothing outside the data folder can be meant.
pub(super) fn is_known(name: &str) -> bool {
    match name.split_once('/') {
        None => [DATABASE, MANIFEST, FILE].contains(&name),
        Some((folder, file)) => {
            ["keys", "tls", "bodies"].contains(&folder)
                && !file.is_empty()
                && !file.starts_with('.')
                && !file.contains(['/', '\\', '\0'])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_known;

    #[test]
    fn only_files_of_a_data_folder_are_taken() {
        for name in [
            "database",
            "lianfang.toml",
            "keys/data.key",
            "tls/node.pem",
            "bodies/00ff",
        ] {
            assert!(is_known(name), "{name}");
        }
        for name in [
            "",
            "/etc/passwd",
            "../x",
            "keys",
            "keys/",
            "keys/../x",
            "keys/shares/a.share",
            "keys/.x",
            "other/x",
            "x",
        ] {
            assert!(!is_known(name), "{name}");
        }
    }
}
