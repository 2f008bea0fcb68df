//! `lianfang backup` and `lianfang restore`, as processes, on both databases.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use lianfang_node::config::Config;
use lianfang_node::wiring::{StartError, assemble, open};
use lianfang_sdk::Client;
use lianfang_store::testing::{Backend, TestDatabase};
use lianfang_wire::ProblemType;

use crate::harness::command::{Said, lianfang};
use crate::harness::entries::typed;
use crate::harness::node::TestNode;

async fn restore(config: &Path, backup: &Path, more: &[&str]) -> Said {
    let mut arguments = vec![
        "restore",
        "--config",
        config.to_str().unwrap(),
        backup.to_str().unwrap(),
    ];
    arguments.extend(more);
    lianfang(Path::new("/nonexistent"), &arguments, "").await
}

/// A configuration for the restored node, on an empty database where that isn't a file.
fn configuration(node: &TestNode, folder: &Path) -> Option<TestDatabase> {
    let text = std::fs::read_to_string(node.data().join("lianfang.toml")).unwrap();
    let url = node.config.database.url.expose();
    if url.starts_with("sqlite:") {
        return None;
    }
    let database = TestDatabase::empty(Backend::Postgres);
    let text = text.replace(url, &database.settings().url);
    std::fs::write(folder.join("lianfang.toml"), text).unwrap();
    Some(database)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_backed_up_from_a_running_node_is_restored_and_recovers() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = TestNode::start_on(backend).await;
        node.operator().record_entry(&typed("case-1")).await.unwrap();
        node.node().build_digests().await.unwrap();
        let (place, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = place.path().join("node.backup");
        let backup = ["backup", "--out", file.to_str().unwrap()];
        let said = lianfang(node.data(), &backup, "").await;
        assert_eq!(said.code, 0, "{}", said.err);
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(
            std::fs::read_dir(place.path()).unwrap().count(),
            1,
            "nothing is left beside it"
        );
        assert_eq!(
            lianfang(node.data(), &backup, "").await.code,
            1,
            "a backup is never overwritten"
        );
        node.operator().record_entry(&typed("case-2")).await.unwrap();

        let config = target.path().join("lianfang.toml");
        let _database = configuration(&node, target.path());
        let said = restore(
            &config,
            &file,
            &["--alone", "--reason", "moved to another machine"],
        )
        .await;
        assert_eq!(said.code, 0, "{}", said.err);
        let shares = std::fs::read_dir(target.path().join("keys/shares")).unwrap();
        assert_eq!(shares.count(), 0, "shares are never in backups");
        let restored = assemble(&Config::load(&config).unwrap()).await.unwrap();
        assert!(restored.node.is_recovering());
        assert!(restored.store.event_head().unwrap().seq == 1);
        restored.node.recover().await.unwrap();
        assert_eq!(
            (restored.node.is_recovering(), restored.node.incarnation()),
            (false, 1)
        );
        let occupied = restore(&config, &file, &[]).await;
        assert_eq!(occupied.code, 1);
        assert!(occupied.err.contains("isn't empty"), "{}", occupied.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_restored_where_there_is_no_folder_yet_and_nobody_else_can_look_into_it() {
    let node = TestNode::start_on(Backend::Sqlite).await;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("node.backup");
    let left = place.path().join(".lianfang-copy-killed");
    std::fs::create_dir(&left).unwrap();
    std::fs::write(left.join("database"), "x").unwrap();
    let said = lianfang(node.data(), &["backup", "--out", file.to_str().unwrap()], "").await;
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(!left.exists(), "a copy that a killed backup left");
    let alone = ["--alone", "--reason", "moved to another machine"];
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    let (fresh, open) = (place.path().join("var/lianfang"), place.path().join("open"));
    std::fs::create_dir(&open).unwrap();
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o755)).unwrap();
    for folder in [fresh, open] {
        let said = restore(&folder.join("lianfang.toml"), &file, &alone).await;
        assert_eq!(said.code, 0, "{}", said.err);
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_can_not_write_names_the_file_that_it_wrote_and_not_the_backup() {
    let node = TestNode::start_on(Backend::Sqlite).await;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("node.backup");
    let said = lianfang(node.data(), &["backup", "--out", file.to_str().unwrap()], "").await;
    assert_eq!(said.code, 0, "{}", said.err);
    std::fs::write(place.path().join("occupied"), "").unwrap();
    let said = restore(&place.path().join("occupied/lianfang.toml"), &file, &[]).await;
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("occupied/lianfang.toml: Not a directory"),
        "{}",
        said.err
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_was_changed_or_cut_short_is_refused_before_anything_is_written() {
    let node = TestNode::start().await;
    let (place, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = place.path().join("node.backup");
    let said = lianfang(node.data(), &["backup", "--out", file.to_str().unwrap()], "").await;
    assert_eq!(said.code, 0, "{}", said.err);
    let whole = std::fs::read(&file).unwrap();
    let mut bent = whole.clone();
    bent[whole.len() / 2] ^= 1;
    for damaged in [&bent[..], &whole[..whole.len() / 2], b"", b"not a backup"] {
        std::fs::write(&file, damaged).unwrap();
        let said = restore(&target.path().join("lianfang.toml"), &file, &[]).await;
        assert_eq!(said.code, 1);
        assert!(
            said.err.contains("isn't a backup, or isn't whole"),
            "{}",
            said.err
        );
        assert_eq!(std::fs::read_dir(target.path()).unwrap().count(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_behind_links_are_backed_up_and_what_editors_left_is_not() {
    let node = TestNode::start().await;
    let (place, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let keys = node.data().join("keys");
    for left in ["keys/.x", "keys/.tmpAbCdEf", "tls/.node.pem.swp"] {
        std::fs::write(node.data().join(left), "x").unwrap();
    }
    // As secrets are mounted: a link to a file behind a link to a folder.
    std::fs::create_dir(keys.join("..secret")).unwrap();
    std::os::unix::fs::symlink("..secret", keys.join("..data")).unwrap();
    for name in ["access.key", "signing.key", "data.key"] {
        std::fs::rename(keys.join(name), keys.join("..secret").join(name)).unwrap();
        std::os::unix::fs::symlink(Path::new("..data").join(name), keys.join(name)).unwrap();
    }
    let file = place.path().join("node.backup");
    let said = lianfang(node.data(), &["backup", "--out", file.to_str().unwrap()], "").await;
    assert_eq!(said.code, 0, "{}", said.err);
    let said = restore(&target.path().join("lianfang.toml"), &file, &[]).await;
    assert_eq!(said.code, 0, "{}", said.err);
    let restored = target.path().join("keys");
    for name in ["access.key", "signing.key", "data.key"] {
        assert_eq!(
            std::fs::read(restored.join(name)).unwrap(),
            std::fs::read(keys.join(name)).unwrap()
        );
        assert!(restored.join(name).symlink_metadata().unwrap().is_file());
    }
    assert!(!restored.join(".x").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_without_a_key_that_the_node_needs_is_not_made() {
    let node = TestNode::start().await;
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("node.backup");
    let key = node.data().join("keys/access.key");
    let aside = place.path().join("aside");
    std::fs::rename(&key, &aside).unwrap();
    let backup = ["backup", "--out", file.to_str().unwrap()];
    let said = lianfang(node.data(), &backup, "").await;
    assert_eq!(said.code, 1);
    assert!(said.err.contains("access.key"), "{}", said.err);
    std::os::unix::fs::symlink("nowhere", node.data().join("keys/governor.key.old")).unwrap();
    std::fs::rename(&aside, &key).unwrap();
    let said = lianfang(node.data(), &backup, "").await;
    assert_eq!(said.code, 1, "a link that leads nowhere");
    assert!(said.err.contains("governor.key.old"), "{}", said.err);
    assert!(!file.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_does_not_start_in_the_midst_of_its_restore() {
    let node = TestNode::start().await;
    std::fs::write(node.data().join(".restoring"), "x").unwrap();
    assert!(matches!(assemble(&node.config).await, Err(StartError::Restoring)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_alone_needs_a_reason() {
    let said = restore(
        Path::new("/nonexistent/lianfang.toml"),
        Path::new("/nonexistent"),
        &["--alone"],
    )
    .await;
    assert_eq!(said.code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_node_that_may_not_go_on_says_so_at_its_doors() {
    let node = TestNode::start().await;
    let (place, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = place.path().join("node.backup");
    let said = lianfang(node.data(), &["backup", "--out", file.to_str().unwrap()], "").await;
    assert_eq!(said.code, 0, "{}", said.err);
    let config = target.path().join("lianfang.toml");
    assert_eq!(restore(&config, &file, &[]).await.code, 0);
    let config = Config::load(&config).unwrap();
    let restored = assemble(&config).await.unwrap();
    let stop = tokio_util::sync::CancellationToken::new();
    let doors = open(&config, &restored, stop.clone()).await.unwrap();
    let operator = Client::operator(doors.socket().unwrap()).unwrap();
    let refused = operator.record_entry(&typed("case-1")).await.unwrap_err();
    let problem = match refused {
        lianfang_sdk::Error::Refused(problem) => Some(problem),
        _ => None,
    };
    let problem = problem.unwrap();
    assert_eq!(problem.kind(), Some(ProblemType::Recovering));
    assert_eq!((problem.status, problem.retry_after), (503, Some(30)));
    let ready = format!("http://{}/readyz", doors.operations.unwrap());
    let ready = node.raw().get(ready).send().await.unwrap();
    assert_eq!(ready.status(), 503);
    assert!(ready.text().await.unwrap().contains("recovering"));
    stop.cancel();
}
