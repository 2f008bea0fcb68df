use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::TempDir;

const PREFIX: &str = ".lianfang-copy-";

/// A folder for copies of a node's data, private to its owner and gone with this. What a call that was killed has left is
/// swept by the next one in the same place.
pub(super) struct Scratch {
    folder: TempDir,
    /// Locked for as long as somebody works in the folder; the system unlocks it when the process ends.
    _held: File,
}

impl Scratch {
    pub(super) fn new(within: &Path) -> io::Result<Self> {
        sweep(within);
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(within)?;
        let held = File::open(folder.path())?;
        // Where nothing can be locked nothing is swept either.
        let _ = held.lock();
        Ok(Self { folder, _held: held })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Removes what killed calls have left within a folder. What can't be removed is no reason to do nothing else.
pub(super) fn sweep(within: &Path) {
    let entries = fs::read_dir(within).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX));
    for path in ours.map(|entry| entry.path()) {
        let _ = sweep_one(&path);
    }
}

fn sweep_one(path: &Path) -> io::Result<()> {
    if !fs::symlink_metadata(path)?.is_dir() {
        return Ok(());
    }
    let folder = File::open(path)?;
    // An empty one was made a moment ago, and is about to be locked.
    if folder.try_lock().is_ok() && fs::read_dir(path)?.next().is_some() {
        fs::remove_dir_all(path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_call_has_left_is_swept_and_what_another_works_with_stays() {
        let within = tempfile::tempdir().unwrap();
        let killed = within.path().join(format!("{PREFIX}killed"));
        let foreign = within.path().join(".tmpAbCdEf");
        for folder in [&killed, &foreign] {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("database"), "x").unwrap();
        }
        let begun = within.path().join(format!("{PREFIX}begun"));
        fs::create_dir(&begun).unwrap();
        let first = Scratch::new(within.path()).unwrap();
        fs::write(first.path().join("database"), "x").unwrap();
        let second = Scratch::new(within.path()).unwrap();
        assert!(!killed.exists());
        for left in [foreign.as_path(), &begun, first.path(), second.path()] {
            assert!(left.exists(), "{}", left.display());
        }
    }
}
