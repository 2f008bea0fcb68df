use std::sync::Arc;
use std::time::Duration;

use lianfang_encoding::Timestamp;
use lianfang_flow::{Node, SyncSummary};
use lianfang_node::jobs::{Job, Runner, tick_every};
use lianfang_node::metrics::Telemetry;
use lianfang_node::wiring::assemble;
use lianfang_store::testing::Backend;
use lianfang_store::{Claim, Store};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::harness::node::{TestNode, without_jobs};

const HOUR: Duration = Duration::from_secs(3_600);

/// A node whose clock is moved by hand, and whose jobs are run by nobody but the test; each has run once.
async fn node_with_clock() -> TestNode {
    node_with_clock_on(Backend::Sqlite).await
}

async fn node_with_clock_on(backend: Backend) -> TestNode {
    let node = TestNode::start_with_clock_on(backend, "2027-01-01T12:00:00Z", without_jobs).await;
    assert_eq!(finished(&runner(&node)).await, Job::ALL.len());
    node
}

fn runner(node: &TestNode) -> Arc<Runner> {
    runner_on(node, node.assembled.store.clone())
}

fn runner_on(node: &TestNode, store: Store) -> Arc<Runner> {
    let telemetry = Arc::new(Telemetry::new().unwrap());
    let node = Arc::clone(&node.assembled.node);
    Runner::new(node, store, lianfang_node::config::Jobs::default(), telemetry)
}

fn last(node: &TestNode, job: Job) -> Timestamp {
    node.assembled
        .store
        .last_finished_job(job.name(), node.node().now())
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
async fn the_run_of_a_sync_is_kept_with_a_summary_for_machines() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = node_with_clock_on(backend).await;
        node.admit("platform-b").await;
        node.set_clock("2027-01-02T12:00:00Z");
        finished(&runner(&node)).await;
        for job in [Job::NightlySync, Job::PollPeers] {
            let run = node
                .assembled
                .store
                .last_finished_job(job.name(), node.node().now())
                .unwrap()
                .unwrap();
            let summary: SyncSummary = serde_json::from_str(&run.detail.unwrap()).unwrap();
            let failed = [("platform-b".parse().unwrap(), "unreachable".to_owned())].into();
            assert_eq!((summary.version, summary.peers, summary.failed), (2, 1, failed));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_was_ahead_for_a_while_keeps_no_job_from_running_once_it_is_right() {
    let node = node_with_clock().await;
    let runner = runner(&node);
    for (time, started) in [
        ("2031-06-01T12:00:00Z", Job::ALL.len()),
        ("2027-01-01T12:00:00Z", 0),
        ("2027-01-02T12:00:00Z", Job::ALL.len()),
    ] {
        node.set_clock(time);
        assert_eq!(finished(&runner).await, started, "{time}");
    }
    assert_eq!(
        last(&node, Job::NightlyBuild),
        Timestamp::parse_rfc3339("2027-01-02T02:30:00Z").unwrap()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_run_while_the_clock_passes_through_the_time_in_which_it_had_been_ahead() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = node_with_clock_on(backend).await;
        let runner = runner(&node);
        let run_at = async |time: &str| {
            node.set_clock(time);
            finished(&runner).await
        };
        let ahead = run_at("2027-01-01T14:00:00Z").await;
        assert!(run_at("2027-01-01T12:30:00Z").await > 0);
        assert_eq!(run_at("2027-01-01T14:00:00Z").await, ahead, "{backend:?}");
        assert_eq!(run_at("2027-01-02T12:00:00Z").await, Job::ALL.len());
        run_at("2027-01-01T15:00:00Z").await;
        run_at("2027-01-02T02:31:00Z").await;
        let night = node
            .assembled
            .store
            .last_finished_job(Job::NightlyBuild.name(), node.node().now());
        let noon = Timestamp::parse_rfc3339("2027-01-02T12:00:00Z").unwrap();
        assert!(night.unwrap().unwrap().started < noon, "{backend:?}");
    }
}

/// What hasn't run by then isn't run at all.
const NEVER: Duration = Duration::from_secs(60);

/// Waits until the last run of `job` was the one of `time`.
async fn is_run_by_somebody(node: &TestNode, job: Job, time: &str) {
    let time = Timestamp::parse_rfc3339(time).unwrap();
    let has_run = async {
        while last(node, job) != time {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(NEVER, has_run).await;
    assert!(
        waited.is_ok(),
        "{job:?} ran at {} and not at {time}",
        last(node, job)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ticker_goes_on_when_a_clock_that_was_ahead_is_set_right() {
    let node = node_with_clock().await;
    let (stop, pause) = (CancellationToken::new(), Duration::from_millis(1));
    let _stops = stop.clone().drop_guard();
    tick_every(pause, runner(&node), stop).await;
    for (time, night) in [
        ("2031-06-01T12:00:00Z", "2031-06-01T02:30:00Z"),
        ("2027-01-02T12:00:00Z", "2027-01-02T02:30:00Z"),
        ("2027-01-03T12:00:00Z", "2027-01-03T02:30:00Z"),
    ] {
        node.set_clock(time);
        is_run_by_somebody(&node, Job::NightlyBuild, night).await;
    }
}

/// Runs what is due to its end; how many that was.
async fn finished(runner: &Arc<Runner>) -> usize {
    let started = runner.start_due().await;
    let count = started.len();
    for run in started {
        run.await.unwrap();
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nightly_job_forgets_runs_that_are_older_than_the_retention() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = node_with_clock_on(backend).await;
        let runner = runner(&node);
        // After a downtime the first night is careful: the clock may be wrong.
        for (time, kept) in [
            ("2027-03-20T12:00:00Z", true),
            ("2027-04-05T12:00:00Z", true),
            ("2027-04-06T12:00:00Z", false),
        ] {
            node.set_clock(time);
            assert_eq!(finished(&runner).await, Job::ALL.len());
            let january = Timestamp::parse_rfc3339("2027-01-31T00:00:00Z").unwrap();
            for job in Job::ALL {
                let run = node.assembled.store.last_finished_job(job.name(), january);
                assert_eq!(run.unwrap().is_some(), kept, "{backend:?}: {job:?} at {time}");
            }
        }
    }
}

/// Replicas share nothing but the database.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_replicas_one_runs_a_job_on_either_database() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = node_with_clock_on(backend).await;
        node.set_clock("2027-01-02T12:00:00Z");
        let own = lianfang_node::wiring::open_store(&node.config).unwrap();
        let (one, other) = (runner(&node), runner_on(&node, own));
        let (one, other) = tokio::join!(one.start_due(), other.start_due());
        assert_eq!(one.len() + other.len(), Job::ALL.len(), "{backend:?}");
        for run in one.into_iter().chain(other) {
            run.await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn at_its_next_tick_a_replica_knows_which_members_another_one_has_admitted_and_removed() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = TestNode::start_on_with(backend, without_jobs).await;
        let other = assemble(&node.config).await.unwrap();
        let telemetry = Arc::new(Telemetry::new().unwrap());
        let (runner, stop) = (
            Runner::new(
                Arc::clone(&other.node),
                other.store.clone(),
                node.config.jobs.clone(),
                telemetry,
            ),
            CancellationToken::new(),
        );
        let _stops = stop.clone().drop_guard();
        tick_every(Duration::from_millis(1), runner, stop).await;
        node.admit("platform-b").await;
        knows(&other.node, "platform-b", true).await;
        node.operator()
            .remove(&"platform-b".parse().unwrap())
            .await
            .unwrap();
        knows(&other.node, "platform-b", false).await;
    }
}

/// Waits until `node` counts `member` among the active ones, or doesn't.
async fn knows(node: &Node, member: &str, active: bool) {
    let is_so = || {
        let document = node.trust().current();
        let mut members = document.document.members.iter();
        members.any(|other| other.id.as_str() == member && other.is_active()) == active
    };
    let waits = async {
        while !is_so() {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(NEVER, waits).await;
    assert!(waited.is_ok(), "{member} isn't known to be active: {active}");
}

/// The replica that holds the run of a job has stopped in the midst of it.
#[tokio::test(flavor = "multi_thread")]
async fn while_a_replica_runs_a_job_no_other_starts_it_for_a_later_time_until_its_lease_is_over() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = node_with_clock_on(backend).await;
        let (store, job, lease) = (&node.assembled.store, Job::WatchRoster, Duration::from_secs(300));
        node.set_clock("2027-01-01T12:01:00Z");
        let now = node.node().now();
        let claim = store.claim_job(job.name(), now, "other", Uuid::from_u128(1), now, lease);
        assert_eq!(claim, Ok(Claim::Won));
        node.set_clock("2027-01-01T12:03:00Z");
        finished(&runner(&node)).await;
        assert!(last(&node, job) < now, "{backend:?}");
        node.set_clock("2027-01-01T12:07:00Z");
        finished(&runner(&node)).await;
        assert!(last(&node, job) > now, "{backend:?}");
    }
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
