use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use lianfang_certs::keyfile::{self, KeyFileError};

use crate::harness::Desk;

#[test]
fn a_secret_is_written_for_its_owner_only_and_read_back() {
    let desk = Desk::new();
    let path = desk.path().join("node.key");
    keyfile::write_new(&path, b"secret").unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    assert_eq!(**keyfile::read(&path).unwrap(), *b"secret");
}

#[test]
fn an_existing_file_or_link_is_never_overwritten() {
    let desk = Desk::new();
    let path = desk.path().join("node.key");
    keyfile::write_new(&path, b"first").unwrap();
    assert!(matches!(
        keyfile::write_new(&path, b"second"),
        Err(KeyFileError::Exists(_))
    ));
    assert_eq!(**keyfile::read(&path).unwrap(), *b"first");

    let (link, target) = (desk.path().join("link.key"), desk.path().join("elsewhere"));
    symlink(&target, &link).unwrap();
    assert!(matches!(
        keyfile::write_new(&link, b"second"),
        Err(KeyFileError::Exists(_))
    ));
    assert!(!target.exists());
}

/// Where the process that is to be killed writes.
const PLACE: &str = "LIANFANG_TEST_KEY_FILE";

#[test]
fn a_process_that_is_killed_while_it_writes_leaves_no_part_of_a_secret_in_its_place() {
    let large = vec![b's'; 64 * 1024];
    if let Some(path) = std::env::var_os(PLACE) {
        keyfile::write_new(path.as_ref(), &large).unwrap();
        return;
    }
    let desk = Desk::new();
    let path = desk.path().join("node.key");
    // The system kills whoever writes beyond this limit, after it has written up to there.
    let killed = Command::new("sh")
        .args(["-c", "ulimit -c 0; ulimit -f 8; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("key_files::a_process_that_is_killed_while_it_writes_leaves_no_part_of_a_secret_in_its_place")
        .env(PLACE, &path)
        .output()
        .unwrap();
    assert_eq!(killed.status.signal(), Some(25), "SIGXFSZ: {killed:?}");
    assert!(!path.exists());
    keyfile::write_new(&path, &large).unwrap();
    assert_eq!(*keyfile::read(&path).unwrap(), large);
}

#[test]
fn a_file_that_others_can_read_or_change_is_refused_with_the_command_that_helps() {
    let desk = Desk::new();
    let path = desk.path().join("node.key");
    keyfile::write_new(&path, b"secret").unwrap();
    for mode in [0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o644] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let refused = keyfile::read(&path).unwrap_err().to_string();
        let fix = format!("`chmod 600 {}`", path.display());
        assert!(
            refused.contains(&fix) && refused.contains(&format!("{mode:04o}")),
            "{refused}"
        );
    }
    for mode in [0o600, 0o400] {
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        assert!(keyfile::read(&path).is_ok(), "{mode:o}");
    }
}

#[test]
fn what_is_missing_or_no_file_is_refused_with_its_name() {
    let desk = Desk::new();
    let missing = keyfile::read(&desk.path().join("missing.key")).unwrap_err();
    assert!(missing.to_string().contains("missing.key"));
    assert!(matches!(
        keyfile::read(desk.path()),
        Err(KeyFileError::NotAFile(_))
    ));
    let nowhere = keyfile::write_new(&desk.path().join("no/such/folder.key"), b"secret");
    assert!(matches!(nowhere, Err(KeyFileError::Io { .. })));
}

#[test]
fn a_file_too_large_for_a_key_is_not_read_into_memory() {
    let desk = Desk::new();
    let path = desk.path().join("huge.key");
    keyfile::write_new(&path, b"").unwrap();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(1 << 40).unwrap();
    assert!(matches!(keyfile::read(&path), Err(KeyFileError::TooLarge(_))));
}
