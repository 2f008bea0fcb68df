//! What a node tells a member that came back from a backup, over real sockets.

use lianfang_encoding::SigningKey;
use lianfang_wire::feed::StatusPage;
use lianfang_wire::restore::{Claim, Proof, Seen, SeenAnswer};
use lianfang_wire::{Problem, ProblemType};
use reqwest::{Client, StatusCode};
use serde_json::json;

use crate::harness::node::TestNode;

async fn with_member() -> (TestNode, Client) {
    let node = TestNode::start().await;
    let papers = node.admit("platform-b").await;
    let member = node.member(&papers, true);
    (node, member)
}

/// A member that came back asks for its next incarnation.
pub(crate) fn claim(node: &TestNode, key: u8, incarnation: u32) -> Claim {
    signed_claim(node, key, incarnation, &SigningKey::from_seed(&[7; 32]))
}

fn signed_claim(node: &TestNode, key: u8, incarnation: u32, signing: &SigningKey) -> Claim {
    let key = SigningKey::from_seed(&[key; 32]);
    let proof = Proof {
        iss: "platform-b".parse().unwrap(),
        fed: node.node().trust().federation(),
        aud: node.node().id().clone(),
        incarnation,
        restore_key: key.public(),
    };
    Claim::sign(&proof, &key, signing, Vec::new()).unwrap()
}

async fn post(
    node: &TestNode,
    member: &Client,
    path: &str,
    body: serde_json::Value,
) -> (StatusCode, Vec<u8>) {
    let answer = member
        .post(node.federation_url(path))
        .json(&body)
        .send()
        .await
        .unwrap();
    (answer.status(), answer.bytes().await.unwrap().to_vec())
}

async fn get(node: &TestNode, member: &Client, path: &str) -> (StatusCode, Vec<u8>) {
    let answer = member.get(node.federation_url(path)).send().await.unwrap();
    (answer.status(), answer.bytes().await.unwrap().to_vec())
}

fn opened(node: &TestNode, answer: &[u8]) -> Seen {
    let answer: SeenAnswer = serde_json::from_slice(answer).unwrap();
    let document = node.node().trust().current();
    let keys = &document.document.members[0].signing_keys;
    Seen::verify(&answer.statement, keys).unwrap()
}

fn kind(problem: &[u8]) -> ProblemType {
    serde_json::from_slice::<Problem>(problem)
        .unwrap()
        .kind()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_learns_signed_what_was_seen_of_it() {
    let (node, member) = with_member().await;
    let (status, answer) = get(&node, &member, "/seen/platform-b").await;
    assert_eq!(status, StatusCode::OK);
    let seen = opened(&node, &answer);
    assert_eq!((seen.node.as_str(), seen.incarnation), ("platform-b", 0));
    assert_eq!(
        seen.membership_version,
        node.node().trust().current().document.version
    );
    assert!(!seen.generations.is_empty() && seen.restore_key.is_none());
    let (status, page) = get(&node, &member, "/seen/platform-b/status/all?after=0").await;
    let page: StatusPage = serde_json::from_slice(&page).unwrap();
    assert_eq!((status, page.items.len()), (StatusCode::OK, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incarnation_is_granted_to_one_restore_key() {
    let (node, member) = with_member().await;
    let ask = async |claim: Claim| {
        let body = serde_json::to_value(claim).unwrap();
        post(&node, &member, "/seen/platform-b", body).await
    };
    let (status, answer) = ask(claim(&node, 1, 1)).await;
    assert_eq!(status, StatusCode::OK);
    let seen = opened(&node, &answer);
    let key = SigningKey::from_seed(&[1; 32]).public();
    assert_eq!((seen.incarnation, seen.restore_key), (1, Some(key)));
    assert_eq!(
        ask(claim(&node, 1, 1)).await.0,
        StatusCode::OK,
        "a lost answer is asked for again"
    );
    let (status, problem) = ask(claim(&node, 2, 1)).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::CONFLICT, ProblemType::IncarnationTaken)
    );
    assert_eq!(
        ask(claim(&node, 2, 2)).await.0,
        StatusCode::OK,
        "an operator's decision goes above"
    );
    assert_eq!(ask(claim(&node, 1, 1)).await.0, StatusCode::CONFLICT);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_asks_for_another_node_and_malformed_claims_are_refused() {
    let (node, member) = with_member().await;
    for path in [
        "/seen/platform-a",
        "/seen/UPPER",
        "/seen/platform-a/status/all",
        "/seen/platform-b/status/ALL",
    ] {
        assert_eq!(get(&node, &member, path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    let bad = get(&node, &member, "/seen/platform-b/status/all?after=x").await;
    assert_eq!(bad.0, StatusCode::BAD_REQUEST);
    let own = serde_json::to_value(claim(&node, 1, 1)).unwrap();
    assert_eq!(
        post(&node, &member, "/seen/platform-a", own.clone()).await.0,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        post(&node, &member, "/seen/platform-b", json!({})).await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let mut stolen = own;
    stolen["restore_key"] = serde_json::to_value(SigningKey::from_seed(&[9; 32]).public()).unwrap();
    let (status, problem) = post(&node, &member, "/seen/platform-b", stolen).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::BAD_REQUEST, ProblemType::Malformed)
    );
    let thief = SigningKey::from_seed(&[9; 32]);
    let unsigned = serde_json::to_value(signed_claim(&node, 1, 1, &thief)).unwrap();
    let (status, problem) = post(&node, &member, "/seen/platform-b", unsigned).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::BAD_REQUEST, ProblemType::Malformed),
        "the TLS key alone is granted nothing"
    );
    let far = serde_json::to_value(claim(&node, 1, u32::MAX)).unwrap();
    let (status, problem) = post(&node, &member, "/seen/platform-b", far).await;
    assert_eq!(
        (status, kind(&problem)),
        (StatusCode::UNPROCESSABLE_ENTITY, ProblemType::Invalid)
    );
    let nothing = serde_json::to_value(claim(&node, 1, 0)).unwrap();
    assert_eq!(
        post(&node, &member, "/seen/platform-b", nothing).await.0,
        StatusCode::BAD_REQUEST
    );
}
