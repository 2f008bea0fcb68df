use lianfang_node::auth::Scope;
use lianfang_wire::{Problem, ProblemType};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::harness::entries::entry;
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
