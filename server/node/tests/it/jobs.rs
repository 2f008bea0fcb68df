use std::sync::Arc;

use lianfang_encoding::Timestamp;
use lianfang_node::jobs::{Job, Runner};
use lianfang_node::metrics::Telemetry;

use crate::harness::node::TestNode;

const HOUR: std::time::Duration = std::time::Duration::from_secs(3_600);

/// A node whose clock is moved by hand; it has run every job once when it started.
async fn node_with_clock() -> TestNode {
    let node = TestNode::start_with_clock("2027-01-01T12:00:00Z").await;
    for handle in runner(&node).start_due().await {
        handle.await.unwrap();
    }
    node
}

fn runner(node: &TestNode) -> Arc<Runner> {
    let (assembled, telemetry) = (&node.assembled, Arc::new(Telemetry::new().unwrap()));
    let (node, store) = (Arc::clone(&assembled.node), assembled.store.clone());
    Runner::new(node, store, lianfang_node::config::Jobs::default(), telemetry)
}

fn last(node: &TestNode, job: Job) -> Timestamp {
    node.assembled
        .store
        .last_finished_job(job.name())
        .unwrap()
        .unwrap()
        .scheduled_for
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jump_of_the_clock_runs_each_job_once() {
    let node = node_with_clock().await;
    node.set_clock("2027-01-09T12:00:00Z");
    let runner = runner(&node);
    let started = runner.start_due().await;
    assert_eq!(started.len(), Job::ALL.len());
    for run in started {
        run.await.unwrap();
    }
    assert!(runner.start_due().await.is_empty());
    assert_eq!(
        last(&node, Job::NightlyBuild),
        Timestamp::parse_rfc3339("2027-01-09T02:30:00Z").unwrap()
    );
    assert_eq!(
        last(&node, Job::NightlySync),
        Timestamp::parse_rfc3339("2027-01-09T03:30:00Z").unwrap()
    );
    assert!(node.node().now().since(last(&node, Job::ExpireEntries)) < HOUR);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_replicas_one_runs_a_job() {
    let node = node_with_clock().await;
    node.set_clock("2027-01-02T12:00:00Z");
    let (one, other) = (runner(&node), runner(&node));
    let (one, other) = tokio::join!(one.start_due(), other.start_due());
    assert_eq!(one.len() + other.len(), Job::ALL.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_whose_time_is_over_has_ended_after_the_job() {
    use lianfang_wire::vocabulary::StateName;

    let node = node_with_clock().await;
    let mut entry = crate::harness::entries::typed("case-1");
    entry.expires = Timestamp::parse_rfc3339("2027-06-01T00:00:00Z").unwrap();
    let recorded = node.operator().record_entry(&entry).await.unwrap();
    node.set_clock("2027-06-01T00:00:01Z");
    for run in runner(&node).start_due().await {
        run.await.unwrap();
    }
    assert_eq!(
        node.operator().entry(recorded.id).await.unwrap().state,
        StateName::Expired
    );
}
