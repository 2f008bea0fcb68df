use std::time::Duration;

use lianfang_node::auth::Scope;
use lianfang_sdk::Error;
use lianfang_store::testing::Backend;
use lianfang_wire::{Problem, ProblemType};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::harness::entries::{entry, typed};
use crate::harness::node::TestNode;

async fn post(node: &TestNode, key: &str, body: &Value) -> Response {
    let request = node
        .raw()
        .post(node.platform_url("/v1/screenings"))
        .bearer_auth(node.token(&[Scope::ScreeningsWrite]))
        .header("idempotency-key", key)
        .json(body);
    request.send().await.unwrap()
}

fn screening(value: &str) -> Value {
    json!({ "purpose": "payout", "subject": { "type": "seller", "identifiers": [
        { "kind": "cn_uscc", "value": value },
    ]}})
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_under_one_key_is_done_once_and_answered_twice() {
    let node = TestNode::start().await;
    let body = screening("91990001LF00000169");
    let first = post(&node, "k1", &body).await;
    let again = post(&node, "k1", &body).await;
    assert_eq!(
        (first.status(), again.status()),
        (StatusCode::CREATED, StatusCode::CREATED)
    );
    assert_eq!(first.headers()["location"], again.headers()["location"]);
    assert_eq!(first.headers()["content-type"], again.headers()["content-type"]);
    assert_eq!(first.bytes().await.unwrap(), again.bytes().await.unwrap());
    let other = post(&node, "k2", &body).await;
    assert_eq!(other.status(), StatusCode::CREATED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_was_used_with_another_body_is_refused() {
    let node = TestNode::start().await;
    post(&node, "k1", &screening("91990001LF00000169")).await;
    let refused = post(&node, "k1", &screening("91990002LF0000024J")).await;
    let problem: Problem = serde_json::from_slice(&refused.bytes().await.unwrap()).unwrap();
    assert_eq!(problem.kind(), Some(ProblemType::IdempotencyMismatch));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_leaves_its_key_free() {
    let node = TestNode::start().await;
    let refused = post(&node, "k1", &screening("91990001LF00000168")).await;
    assert_eq!(refused.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        post(&node, "k1", &screening("91990001LF00000169")).await.status(),
        StatusCode::CREATED
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sdk_repeats_a_change_without_repeating_its_effect() {
    let node = TestNode::start().await;
    let client = node.operator();
    let new = serde_json::from_value(entry("case-1")).unwrap();
    let recorded = client.keyed("k1").record_entry(&new).await.unwrap();
    let event = lianfang_wire::entry::NewEvent {
        kind: lianfang_wire::vocabulary::EventType::Withdrawn,
        reason: None,
        reference: None,
    };
    let keyed = client.keyed("k2");
    let first = keyed
        .entry_event(recorded.id, recorded.revision, &event)
        .await
        .unwrap();
    let again = keyed
        .entry_event(recorded.id, recorded.revision, &event)
        .await
        .unwrap();
    assert_eq!(first, again);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_none_is_refused() {
    let node = TestNode::start().await;
    let refused = post(&node, &"k".repeat(256), &screening("91990001LF00000169")).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
}

/// Statements of one request, and of what the node does beside it.
const MOST: u64 = 200;

#[tokio::test(flavor = "multi_thread")]
async fn a_request_under_a_key_is_done_once_whichever_statement_fails() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = TestNode::start_with_clock_on(backend, "2027-01-01T12:00:00Z", |text| text).await;
        let store = &node.assembled.store;
        for n in 1.. {
            assert!(n < MOST, "no end");
            let (client, new) = (
                node.operator().keyed(format!("k{n}")),
                typed(&format!("case-{n}")),
            );
            store.fail_statement(n);
            let first = client.record_entry(&new).await;
            let reached = store.stop_failing();
            let mut again = client.record_entry(&new).await;
            if again.as_ref().is_err_and(is_in_progress) {
                // Nobody can say whether the first request is still at it.
                let later = node.node().now() + Duration::from_secs(601);
                node.set_clock(&later.to_string());
                again = client.record_entry(&new).await;
            }
            let again = again.unwrap();
            if let Ok(first) = first {
                assert_eq!(first.id, again.id, "{backend:?}: statement {n}");
            }
            assert_eq!(store.event_head().unwrap().seq, n, "{backend:?}: one entry each");
            if !reached {
                break;
            }
        }
    }
}

fn is_in_progress(error: &Error) -> bool {
    matches!(error, Error::Refused(problem) if problem.kind() == Some(ProblemType::Conflict))
}
