//! `lianfang data-key` at a running node, on both databases.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use lianfang_flow::{Actor, DataKeyStatus};
use lianfang_node::data::DataFolder;
use lianfang_node::wiring::{Rekeying, assemble};
use lianfang_store::testing::Backend;

use crate::harness::command::lianfang;
use crate::harness::entries::typed;
use crate::harness::node::TestNode;

fn keys(data: &Path) -> Vec<String> {
    let files = std::fs::read_dir(data.join("keys")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut keys: Vec<_> = names.filter(|name| name.starts_with("data")).collect();
    keys.sort();
    keys
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_changes_the_key_while_the_node_serves_and_says_how_it_stands() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = TestNode::start_on(backend).await;
        let old = node.operator().record_entry(&typed("case-1")).await.unwrap();
        let said = lianfang(node.data(), &["data-key", "rotate"], "").await;
        assert_eq!(said.code, 0, "{}", said.err);
        assert_eq!(keys(node.data()), ["data-2.key", "data.key"]);
        let mode = node
            .data()
            .join("keys/data-2.key")
            .metadata()
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
        let status: DataKeyStatus = node.operator().data_key().await.unwrap();
        assert_eq!((status.number, status.older, status.rows), (2, vec![1], 0));
        assert_eq!(node.operator().entry(old.id).await.unwrap(), old);
        let audit = node
            .assembled
            .store
            .audit_page(Default::default(), None, 1_000)
            .unwrap();
        assert!(
            audit
                .iter()
                .any(|line| line.action == "rotate_data_key" && line.object == "data key 2")
        );
        let said = lianfang(node.data(), &["data-key", "status"], "").await;
        assert_eq!(said.code, 0, "{}", said.err);
        // Everything is under the second key: another process does without the first.
        std::fs::remove_file(node.data().join("keys/data.key")).unwrap();
        let again = assemble(&node.config).await.unwrap();
        assert_eq!(again.node.entry(old.id).await.unwrap(), old);
        std::fs::remove_file(node.data().join("keys/data-2.key")).unwrap();
        assert!(assemble(&node.config).await.is_err());
    }
}

/// No change here has as many statements.
const MOST: u64 = 50;

/// From the n-th statement on everything fails, twice in a row, and then the process is gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_change_whose_outcome_nobody_heard_of_never_costs_the_key_that_the_database_names() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let mut node = TestNode::start_on(backend).await;
        let old = node.operator().record_entry(&typed("case-1")).await.unwrap();
        node.close().await;
        let folder = DataFolder::at(node.data());
        let rekeying = Arc::new(Rekeying::new(Arc::clone(node.node()), folder));
        let (store, by) = (&node.assembled.store, Actor::operator());
        let change_until = async |statement: u64| {
            store.fail_from_statement(statement);
            let changed = rekeying.begin(&by).await;
            let reached = store.stop_failing();
            assert!(reached || changed.is_ok());
            reached
        };
        for first in 1..MOST {
            let more = change_until(first).await;
            for second in 1..MOST {
                let more = change_until(second).await;
                let started = assemble(&node.config).await;
                let started =
                    started.unwrap_or_else(|error| panic!("{backend:?}: {first}, {second}: {error}"));
                assert_eq!(started.node.entry(old.id).await.unwrap(), old);
                if !more {
                    break;
                }
                change_until(first).await;
            }
            if !more {
                break;
            }
        }
        assert_eq!(node.node().entry(old.id).await.unwrap(), old);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_old_key_s_file_goes_a_day_later_and_not_before() {
    let node = TestNode::start_with_clock("2026-03-01T00:00:00Z").await;
    node.operator().record_entry(&typed("case-1")).await.unwrap();
    let said = lianfang(node.data(), &["data-key", "rotate"], "").await;
    assert_eq!(said.code, 0, "{}", said.err);
    node.set_clock("2026-03-01T23:59:59Z");
    assert_eq!(node.operator().reseal().await.unwrap(), 0);
    assert_eq!(keys(node.data()), ["data-2.key", "data.key"]);
    node.set_clock("2026-03-02T02:00:00Z");
    assert_eq!(node.operator().reseal().await.unwrap(), 0);
    assert_eq!(keys(node.data()), ["data-2.key"]);
    let status: DataKeyStatus = node.operator().data_key().await.unwrap();
    assert_eq!((status.number, status.older), (2, vec![]));
    node.operator().record_entry(&typed("case-2")).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_under_the_right_name_that_is_another_one_is_named_in_one_line() {
    let node = TestNode::start().await;
    let file = node.data().join("keys/data.key");
    std::fs::write(&file, "ab".repeat(32)).unwrap();
    let error = assemble(&node.config).await.err().unwrap().to_string();
    assert!(
        error.starts_with("data key 1 isn't the one that was in force"),
        "{error}"
    );
    assert!(!error.contains('\n'));
    let config = node.data().join("lianfang.toml");
    let doctor = ["doctor", "--json", "--config", config.to_str().unwrap()];
    let said = lianfang(node.data(), &doctor, "").await;
    assert!(said.out.contains("data_key_broken"), "{}", said.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_says_which_key_is_in_force_and_what_waits_for_it() {
    let node = TestNode::start().await;
    node.operator().record_entry(&typed("case-1")).await.unwrap();
    let config = node.data().join("lianfang.toml");
    let doctor = ["doctor", "--json", "--config", config.to_str().unwrap()];
    let said = async || lianfang(node.data(), &doctor, "").await.out;
    assert!(said().await.contains("data_key_fine"));
    node.operator().rotate_data_key().await.unwrap();
    assert!(said().await.contains("data_key_waiting"));
    std::fs::remove_file(node.data().join("keys/data.key")).unwrap();
    assert!(said().await.contains("data_key_lost"));
}
