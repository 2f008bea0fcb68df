//! A data folder whose permissions are taken away while the node runs: a reason of its own, nothing half done, and the
//! store goes on by itself once they are given back.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::Path;

use lianfang_store::{DatabaseSettings, EntryFilter, Store, StoreError};
use rustix::process::{Uid, geteuid};
use rustix::thread::set_thread_uid;
use tempfile::TempDir;

use crate::sample::{Hashing, at, entry};

/// Nobody in particular.
const SOMEBODY: u32 = 65_534;

/// Runs `test` in a folder of its own on a thread that permissions count for: not for root's.
fn as_somebody(test: impl FnOnce(&Path) + Send) {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let is_root = geteuid().is_root();
    if is_root {
        chown(path, Some(SOMEBODY), Some(SOMEBODY)).unwrap();
    }
    std::thread::scope(|scope| {
        let run = scope.spawn(|| {
            if is_root {
                // Of this thread and those that it starts, and of no other.
                set_thread_uid(Uid::from_raw(SOMEBODY)).unwrap();
            }
            test(path);
        });
        run.join().unwrap();
    });
}

fn allow(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn open(folder: &Path) -> Result<Store, StoreError> {
    let url = format!("sqlite:{}", folder.join("store.db").display());
    let store = Store::open(&DatabaseSettings::new(url))?;
    store.migrate()?;
    Ok(store)
}

fn check_nothing_half_done(store: &Store, expected: usize) {
    let entries = store
        .entries_page(&EntryFilter::default(), 0, usize::MAX)
        .unwrap();
    let events = store.events_after(0, usize::MAX).unwrap();
    assert_eq!((entries.len(), events.len()), (expected, expected));
    assert_eq!(store.event_head().unwrap().seq, expected as u64);
}

#[test]
fn nobody_opens_the_file_until_the_folder_is_given_back_and_what_was_recorded_meanwhile_is_whole() {
    as_somebody(|folder| {
        let store = open(folder).unwrap();
        store
            .create_entries(vec![entry("before")], at(0), &Hashing)
            .unwrap();
        allow(folder, 0o000);
        assert_eq!(open(folder).err(), Some(StoreError::Unavailable));
        // The connection that writes is open and needs no permission.
        store
            .create_entries(vec![entry("meanwhile")], at(1), &Hashing)
            .unwrap();
        allow(folder, 0o700);
        let again = open(folder).unwrap();
        again
            .create_entries(vec![entry("afterwards")], at(2), &Hashing)
            .unwrap();
        check_nothing_half_done(&store, 3);
    });
}

#[test]
fn a_file_that_may_only_be_read_is_said_to_be_so_and_written_again_once_it_may_be() {
    as_somebody(|folder| {
        let record = |case, seconds| {
            let store = open(folder)?;
            store.create_entries(vec![entry(case)], at(seconds), &Hashing)?;
            Ok(store)
        };
        drop(record("before", 0).unwrap());
        let file = folder.join("store.db");
        allow(&file, 0o400);
        assert_eq!(record("refused", 1).err(), Some(StoreError::ReadOnly));
        // SQLite gives what lies beside the file the file's permissions.
        for beside in fs::read_dir(folder).unwrap() {
            allow(&beside.unwrap().path(), 0o600);
        }
        check_nothing_half_done(&record("afterwards", 2).unwrap(), 2);
    });
}
