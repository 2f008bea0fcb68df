//! What callers are told while the database or the data folder is in trouble, and that it passes by itself.

use std::fs;

use lianfang_sdk::Error;
use lianfang_store::testing::Backend;
use lianfang_wire::ProblemType;
use serde_json::Value;

use crate::harness::entries::typed;
use crate::harness::node::TestNode;

/// Each connection that was cut costs a call at most; the node has eight.
const CALLS: u32 = 20;

async fn record(node: &TestNode, number: u32) -> Result<(), Error> {
    let new = typed(&format!("case-{number}"));
    node.operator().record_entry(&new).await.map(drop)
}

fn check_unavailable(error: Error) {
    let problem = match error {
        Error::Refused(problem) => Some(problem),
        _ => None,
    };
    let problem = problem.unwrap();
    assert_eq!(problem.kind(), Some(ProblemType::Unavailable));
    assert_eq!((problem.status, problem.retry_after), (503, Some(2)));
}

/// What is free within the file of SQLite takes some first.
async fn record_until_refused(node: &TestNode) -> Option<Error> {
    for number in 100..1_000 {
        if let Err(refused) = record(node, number).await {
            return Some(refused);
        }
    }
    None
}

async fn check_recovers(node: &TestNode) {
    for number in 1..=CALLS {
        if record(node, number).await.is_ok() {
            return;
        }
    }
    assert!(record(node, 0).await.is_ok(), "the node doesn't go on by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_takes_nothing_is_a_problem_with_a_time_to_come_back() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = TestNode::start_on(backend).await;
        node.database().make_read_only();
        for number in 1..=CALLS {
            check_unavailable(record(&node, number).await.unwrap_err());
        }
        node.database().make_writable();
        check_recovers(&node).await;
        node.database().fill_disk();
        check_unavailable(record_until_refused(&node).await.unwrap());
        node.database().free_disk();
        check_recovers(&node).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_digests_that_takes_nothing_is_a_problem_with_a_time_to_come_back_and_is_counted() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = TestNode::start_on(backend).await;
        record(&node, 1).await.unwrap();
        let (bodies, kept) = (node.data().join("bodies"), node.data().join("kept"));
        fs::rename(&bodies, &kept).unwrap();
        fs::write(&bodies, b"").unwrap();
        check_unavailable(node.operator().build_digests::<Value>().await.unwrap_err());
        let figures = node.metrics().await;
        let counted = r#"lianfang_file_failures_total{folder="bodies",code="files_unavailable"}"#;
        assert!(figures.contains(counted), "{figures}");
        fs::remove_file(&bodies).unwrap();
        fs::rename(&kept, &bodies).unwrap();
        let built: Value = node.operator().build_digests().await.unwrap();
        assert_eq!(built["lists"], 1, "{backend:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_too_slow_is_a_problem_with_a_time_to_come_back() {
    let a_second = |text: String| text.replace("#statement_seconds = 60", "statement_seconds = 1");
    let node = TestNode::start_on_with(Backend::Postgres, a_second).await;
    node.database().slow_down();
    check_unavailable(record(&node, 99).await.unwrap_err());
    node.database().speed_up();
    check_recovers(&node).await;
    record(&node, 99).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_restarted_is_used_again() {
    let node = TestNode::start_on(Backend::Postgres).await;
    record(&node, 1).await.unwrap();
    node.database().cut_connections();
    check_recovers(&node).await;
}
