use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::{Finding, Patient};
use crate::doors::SOCKET;

/// Bits that let others than the owner in.
const OTHERS: u32 = 0o077;
const MIB: u64 = 1 << 20;
/// Less than this is for soon, and less than the second for now.
const LOW: u64 = 2_048 * MIB;
const FULL: u64 = 256 * MIB;

/// The data folder, the configuration, every key and the socket are their owner's alone.
pub(super) fn permissions(patient: &Patient<'_>) -> Vec<Finding> {
    let data = patient.folder.path();
    let mut paths = vec![data.to_owned(), patient.folder.config(), data.join(SOCKET)];
    paths.extend(below(&data.join("keys")));
    paths.push(patient.config.tls.federation.key.clone());
    paths.push(patient.config.tls.platform().key.clone());
    paths.sort();
    paths.dedup();
    let open: Vec<_> = paths.iter().filter_map(|path| open_to_others(path)).collect();
    if open.is_empty() {
        vec![Finding::fine("permissions_fine").with("paths", paths.len())]
    } else {
        open
    }
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for path in entries.map(|entry| entry.path()) {
        // A public list of public keys.
        if path.extension().is_some_and(|extension| extension == "json") {
            continue;
        }
        if path.is_dir() {
            found.extend(below(&path));
        } else {
            found.push(path);
        }
    }
    found
}

fn open_to_others(path: &Path) -> Option<Finding> {
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & OTHERS != 0).then(|| {
        Finding::wrong("permissions_open")
            .with("path", path.display())
            .with("mode", format!("{mode:04o}"))
    })
}

/// Room for the database and the digests.
pub(super) fn disk(patient: &Patient<'_>) -> Finding {
    let Ok(disk) = rustix::fs::statvfs(patient.folder.path()) else {
        return Finding::wrong("folder_missing").with("path", patient.folder.path().display());
    };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    let finding = if disk.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY) {
        Finding::wrong("disk_read_only")
    } else {
        room(free)
    };
    finding.with("free", free / MIB)
}

fn room(free: u64) -> Finding {
    match free {
        0..FULL => Finding::wrong("disk_full"),
        FULL..LOW => Finding::warning("disk_low"),
        _ => Finding::fine("disk_fine"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_room_is_for_soon_and_hardly_any_for_now() {
        let codes = [FULL - 1, FULL, LOW].map(|free| room(free).code);
        assert_eq!(codes, ["disk_full", "disk_low", "disk_fine"]);
    }
}
