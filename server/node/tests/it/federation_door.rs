use lianfang_wire::Problem;
use lianfang_wire::info::Info;
use reqwest::{Client, StatusCode};
use serde_json::json;

use crate::harness::entries::typed;
use crate::harness::federation::{Papers, tls};
use crate::harness::http2::{Raw, head as taken};
use crate::harness::node::TestNode;

async fn published(audience: &str) -> (TestNode, Client) {
    let (node, papers) = published_by(TestNode::start().await, audience).await;
    let member = node.member(&papers, true);
    (node, member)
}

async fn published_by(node: TestNode, audience: &str) -> (TestNode, Papers) {
    let papers = node.admit("platform-b").await;
    let mut entry = typed("case-1");
    entry.sharing.audience = audience.to_owned();
    node.operator().record_entry(&entry).await.unwrap();
    node.node().build_digests().await.unwrap();
    (node, papers)
}

async fn get(node: &TestNode, member: &Client, path: &str) -> (StatusCode, Vec<u8>) {
    let answer = member.get(node.federation_url(path)).send().await.unwrap();
    (answer.status(), answer.bytes().await.unwrap().to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_reads_heads_and_bodies_whole_and_in_parts() {
    let (node, member) = published("all").await;
    let (status, info) = get(&node, &member, "/info").await;
    assert_eq!(status, StatusCode::OK);
    let info: Info = serde_json::from_slice(&info).unwrap();
    assert_eq!(info.lists.len(), 1);
    let (status, head) = get(&node, &member, "/digests/all/seller/1/head").await;
    let head = lianfang_digest::SignedHead::decode(&head).unwrap();
    assert_eq!((status, head.hash()), (StatusCode::OK, info.lists[0].head.0));
    let (status, heads) = get(&node, &member, "/digests/all/seller/1/heads?after=0").await;
    let heads: Vec<String> = serde_json::from_slice(&heads).unwrap();
    assert_eq!((status, heads.len()), (StatusCode::OK, 1));
    let path = format!("/digests/bodies/{}", hex::encode(head.header().body.sha256));
    let (status, whole) = get(&node, &member, &path).await;
    assert_eq!(
        (status, lianfang_encoding::sha256(&whole)),
        (StatusCode::OK, head.header().body.sha256)
    );
    let part = member
        .get(node.federation_url(&path))
        .header("range", "bytes=100-")
        .send()
        .await
        .unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    let place = format!("bytes 100-{}/{}", whole.len() - 1, whole.len());
    assert_eq!(part.headers()["content-range"], place.as_str());
    assert_eq!(part.bytes().await.unwrap(), whole[100..]);
    let outside = format!("bytes={}-", whole.len());
    let outside = member
        .get(node.federation_url(&path))
        .header("range", outside)
        .send()
        .await
        .unwrap();
    assert_eq!(outside.status(), StatusCode::RANGE_NOT_SATISFIABLE);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_member_may_not_see_is_answered_like_what_does_not_exist() {
    let (hidden, outsider) = published("cn").await;
    let (empty, member) = {
        let node = TestNode::start().await;
        let papers = node.admit("platform-b").await;
        let member = node.member(&papers, true);
        (node, member)
    };
    let document = hidden.node().trust().current();
    let path = hidden_body(&hidden).await;
    assert!(
        document
            .document
            .members
            .iter()
            .any(|member| member.id.as_str() == "platform-b")
    );
    let paths = [
        "/digests/cn/seller/1/head".to_owned(),
        "/digests/cn/seller/1/heads?after=0".to_owned(),
        "/status/cn?after=0".to_owned(),
        "/status/regulators".to_owned(),
        path,
    ];
    for path in paths {
        let seen = get(&hidden, &outsider, &path).await;
        assert_eq!(seen, get(&empty, &member, &path).await, "{path}");
        assert_eq!(seen.0, StatusCode::NOT_FOUND, "{path}");
    }
    let asked = json!({
        "list": { "publisher": "platform-a", "audience": "cn", "subject_type": "seller", "epoch": 1 },
        "confirm_bits": 0, "prefixes": [""],
    });
    let ask = async |node: &TestNode, client: &Client| {
        let answer = client
            .post(node.federation_url("/confirm"))
            .json(&asked)
            .send()
            .await
            .unwrap();
        (answer.status(), answer.bytes().await.unwrap())
    };
    assert_eq!(ask(&hidden, &outsider).await, ask(&empty, &member).await);
    let (_, info) = get(&hidden, &outsider, "/info").await;
    let info: Info = serde_json::from_slice(&info).unwrap();
    assert!(info.lists.is_empty() && info.feeds.is_empty());
}

/// The path of the body that only the publisher's country may read.
async fn hidden_body(node: &TestNode) -> String {
    let list = lianfang_digest::ListId {
        publisher: node.node().id().clone(),
        audience: "cn".parse().unwrap(),
        subject_type: lianfang_encoding::SubjectType::Seller,
        epoch: 1,
    };
    let head = node.node().digest_head(node.node().id(), &list).await.unwrap();
    let head = lianfang_digest::SignedHead::decode(&head).unwrap();
    format!("/digests/bodies/{}", hex::encode(head.header().body.sha256))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_takes_nothing_of_its_bodies_gets_no_more_of_them_than_its_share() {
    let limited = |text: String| text.replace("#transfers_per_member = 32", "transfers_per_member = 2");
    let (node, papers) = published_by(TestNode::start_with(limited).await, "all").await;
    let member = node.member(&papers, true);
    let (_, head) = get(&node, &member, "/digests/all/seller/1/head").await;
    let head = lianfang_digest::SignedHead::decode(&head).unwrap();
    let path = format!(
        "/federation/v1/digests/bodies/{}",
        hex::encode(head.header().body.sha256)
    );
    let config = tls(&node.authority(), Some(&papers), rustls::DEFAULT_VERSIONS);
    let mut held = Vec::new();
    for status in [200, 200, 429] {
        let mut raw = Raw::connect(node.doors.federation.unwrap(), &config, 0).await;
        let answer = taken(raw.get(&path).await.unwrap()).await;
        assert_eq!(answer.0, status);
        held.push((raw, answer));
    }
    drop(held.remove(0));
    let again = format!("/digests/bodies/{}", hex::encode(head.header().body.sha256));
    // The node notices in its own time that the first has gone.
    while get(&node, &member, &again).await.0 == StatusCode::TOO_MANY_REQUESTS {}
}

#[tokio::test(flavor = "multi_thread")]
async fn the_membership_document_is_handed_out_byte_for_byte() {
    let (node, member) = published("all").await;
    let (status, newest) = get(&node, &member, "/membership").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(newest, node.node().trust().current().envelope().to_json());
    assert_eq!(
        get(&node, &member, "/membership?version=1").await.0,
        StatusCode::OK
    );
    assert_eq!(
        get(&node, &member, "/membership?version=99").await.0,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_requests_of_members_are_problem_documents() {
    let (node, member) = published("all").await;
    let paths = [
        "/digests/ALL/seller/1/head",
        "/digests/all/fish/1/head",
        "/digests/all/seller/x/head",
    ];
    for path in paths {
        assert_eq!(get(&node, &member, path).await.0, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(
        get(&node, &member, "/status/all?after=x").await.0,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        get(&node, &member, "/digests/bodies/00").await.0,
        StatusCode::NOT_FOUND
    );
    let post = async |path: &str, kind: &str, body: &'static str| {
        let request = member
            .post(node.federation_url(path))
            .header("content-type", kind)
            .body(body);
        let answer = request.send().await.unwrap();
        let problem: Problem = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        problem.status
    };
    assert_eq!(post("/evaluate", "application/octet-stream", "x").await, 400);
    assert_eq!(post("/evaluate", "text/plain", "x").await, 415);
    assert_eq!(post("/confirm", "application/json", "{}").await, 422);
    assert_eq!(post("/notify", "application/json", "[]").await, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_member_is_out_on_the_connection_it_has() {
    let (node, member) = published("all").await;
    assert_eq!(get(&node, &member, "/info").await.0, StatusCode::OK);
    node.operator()
        .remove(&"platform-b".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(get(&node, &member, "/info").await.0, StatusCode::FORBIDDEN);
    assert!(member.get(node.federation_url("/info")).send().await.is_err());
}
