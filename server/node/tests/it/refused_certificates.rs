//! Whom the federation door refuses, one line each, on both versions of HTTP.

use std::time::Duration;

use actix_web::web::{self, ServiceConfig};
use lianfang_certs::NodeKey;
use lianfang_encoding::FederationId;
use lianfang_node::auth::Scope;
use lianfang_node::config::Limits;
use lianfang_node::doors::Caller;
use lianfang_wire::vocabulary::VerdictName;
use serde_json::json;

use crate::harness::door::{OpenDoor, open};
use crate::harness::federation::{Federation, Papers, now, past};
use crate::harness::node::TestNode;

const DAY: Duration = Duration::from_secs(86_400);

/// What a stranger shows, made at a federation with the member `b`.
type Shown = fn(&Federation) -> Option<Papers>;

const REFUSED_AT_THE_HANDSHAKE: [(&str, Shown); 9] = [
    ("no certificate", |_| None),
    ("a foreign authority's certificate of a member's name", |_| {
        Some(Federation::new("other").join("b"))
    }),
    (
        "the right authority's with another key than the pinned one",
        |one| Some(one.certify("b")),
    ),
    ("a certified node that is no member", |one| {
        Some(one.certify("stranger"))
    }),
    ("a removed member", |one| {
        let papers = one.join("removed");
        one.members.remove("removed");
        Some(papers)
    }),
    ("the key that was replaced", |one| {
        let replaced = one.join("renewed");
        one.join("renewed");
        Some(replaced)
    }),
    ("a member's that has expired", |one| {
        let papers = one.certify_within(one.fed, "late", past(3 * DAY), DAY);
        one.members.pin("late", &papers);
        Some(papers)
    }),
    ("a member's that isn't valid yet", |one| {
        let papers = one.certify_within(one.fed, "early", now() + DAY, DAY);
        one.members.pin("early", &papers);
        Some(papers)
    }),
    ("a member's that names another federation", |one| {
        let other = FederationId::of_genesis(b"other");
        let papers = one.certify_within(other, "elsewhere", now(), DAY);
        one.members.pin("elsewhere", &papers);
        Some(papers)
    }),
];

/// What happens to a member while its connection is open.
type Change = (&'static str, fn(&Federation, &str));

const REFUSED_ON_OPEN_CONNECTIONS: [Change; 2] = [
    ("removal", |one, node| one.members.remove(node)),
    ("another certificate in the membership", |one, node| {
        one.join(node);
    }),
];

fn whoami(config: &mut ServiceConfig) {
    config.route(
        "/whoami",
        web::get().to(async |caller: Caller| caller.0.to_string()),
    );
}

fn federation_with_door() -> (Federation, OpenDoor) {
    let federation = Federation::new("one");
    let door = open(&federation, Limits::default(), whoami);
    (federation, door)
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_refused_at_the_handshake() {
    let (federation, door) = federation_with_door();
    let member = federation.join("b");
    for (who, shown) in REFUSED_AT_THE_HANDSHAKE {
        let papers = shown(&federation);
        for http2 in [false, true] {
            let request = federation.client(papers.as_ref(), http2).get(door.url("/whoami"));
            let refused = request.send().await;
            assert!(refused.is_err(), "{who} (HTTP/2 {http2}): {refused:?}");
            let welcome = federation.client(Some(&member), http2).get(door.url("/whoami"));
            assert_eq!(
                welcome.send().await.unwrap().status(),
                200,
                "a member after {who}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_membership_ends_is_refused_on_the_connection_it_has_and_on_every_new_one() {
    let (federation, door) = federation_with_door();
    for (place, (what, ends)) in REFUSED_ON_OPEN_CONNECTIONS.into_iter().enumerate() {
        for http2 in [false, true] {
            let node = format!("node-{place}-{http2}");
            let papers = federation.join(&node);
            let client = federation.client(Some(&papers), http2);
            // Read to its end, because a connection that is in the midst of an answer isn't used again.
            let ask = async || {
                let answer = client.get(door.url("/whoami")).send().await?;
                let status = answer.status();
                answer.bytes().await.map(|_| status)
            };
            assert_eq!(ask().await.unwrap(), 200, "before {what}");
            ends(&federation, &node);
            assert_eq!(ask().await.unwrap(), 403, "open, after {what} (HTTP/2 {http2})");
            assert!(ask().await.is_err(), "new, after {what} (HTTP/2 {http2})");
        }
    }
}

/// The same at a whole node, where its membership document says who comes in.
#[tokio::test(flavor = "multi_thread")]
async fn strangers_are_refused_at_the_handshake_of_a_node_that_runs() {
    let node = TestNode::start().await;
    let (own, operator) = (Federation::of(&node), node.operator());
    let (member, removed) = (node.admit("platform-b").await, node.admit("platform-c").await);
    operator.remove(&"platform-c".parse().unwrap()).await.unwrap();
    let key = NodeKey::from_pem(&member.key).unwrap();
    let with_its_key = |by: &Federation, fed| by.certify_key(&key, fed, "platform-b", now(), DAY);
    let elsewhere = FederationId::of_genesis(b"other");
    let rows = [
        ("no certificate", None),
        (
            "a foreign authority's certificate of a member's key",
            Some(with_its_key(&Federation::new("other"), own.fed)),
        ),
        (
            "the right authority's with another key than the pinned one",
            Some(own.certify("platform-b")),
        ),
        (
            "a certified node that is no member",
            Some(own.certify("stranger")),
        ),
        ("a removed member", Some(removed)),
        (
            "a member's key that names another federation",
            Some(with_its_key(&own, elsewhere)),
        ),
    ];
    for (who, papers) in rows {
        for http2 in [false, true] {
            let ask = |papers: Option<&Papers>| {
                let client = crate::harness::federation::client(&node.authority(), papers, http2);
                client.get(node.federation_url("/info")).send()
            };
            let refused = ask(papers.as_ref()).await;
            assert!(refused.is_err(), "{who} (HTTP/2 {http2}): {refused:?}");
            let again = with_its_key(&own, own.fed);
            for welcome in [&member, &again] {
                assert_eq!(
                    ask(Some(welcome)).await.unwrap().status(),
                    200,
                    "a member after {who}"
                );
            }
        }
    }
}

/// The next document has to come from somewhere, and releases have to go out: an expired one closes no door. What it
/// ends is blocking.
#[tokio::test(flavor = "multi_thread")]
async fn an_expired_membership_document_ends_blocking_and_readiness_but_not_the_conversation() {
    // Not before the federation is founded, by the system's clock, and its token keys are born.
    let soon = now() + std::time::Duration::from_secs(60);
    let node = TestNode::start_with_clock(&soon.to_string()).await;
    let papers = node.admit("platform-b").await;
    let member = node.member(&papers, true);
    let blocked = serde_json::from_value(json!({ "purpose": "onboarding", "subject": {
        "type": "seller", "identifiers": [{ "kind": "cn_uscc", "value": "91990003LF0000032U", "verified": true }],
    }}))
    .unwrap();
    let client = node.platform(Scope::ALL);
    let answer = client.screen(&blocked).await.unwrap();
    assert_eq!(answer.verdict, VerdictName::Block, "{:?}", answer.reasons);
    let expires = node.node().trust().current().document.expires;
    node.set_clock(&expires.to_string());
    let answer = member
        .get(node.federation_url("/membership"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let answer = client.screen(&blocked).await.unwrap();
    assert_eq!(answer.verdict, VerdictName::Review);
    let ready = node
        .raw()
        .get(node.operations_url("/readyz"))
        .send()
        .await
        .unwrap();
    assert_eq!(ready.status(), 503);
    assert!(ready.text().await.unwrap().contains("membership_expired"));
}
