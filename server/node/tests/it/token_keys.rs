//! Keys of tokens: this node's own, which rotate, and those of the platform's identity providers.

use std::fs;
use std::time::Duration;

use lianfang_encoding::{SigningKey, Timestamp};
use lianfang_node::auth::{Scope, jwks};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::command::lianfang;
use crate::harness::node::TestNode;
use crate::harness::tokens::signed;

const ISSUER: &str = "https://id.example";
const JWKS: &str = "keys/id.example.jwks.json";

async fn status(node: &TestNode, token: &str) -> StatusCode {
    let request = node.raw().get(node.platform_url("/v1/peers")).bearer_auth(token);
    request.send().await.unwrap().status()
}

async fn published(node: &TestNode) -> Vec<String> {
    let answer = node
        .raw()
        .get(node.platform_url("/.well-known/jwks.json"))
        .send()
        .await
        .unwrap();
    let keys: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    let keys = keys["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

fn key_of(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_the_key_before_count_beside_those_of_the_new_one() {
    let node = TestNode::start().await;
    let old = node.token(&[Scope::PeersRead]);
    let said = lianfang(node.data(), &["token", "rotate"], "").await;
    assert_eq!(said.code, 0, "{}", said.err);
    node.doors.upkeep().look().await;
    let new = node.token(&[Scope::PeersRead]);
    assert_ne!(key_of(&old), key_of(&new));
    assert_eq!(
        (status(&node, &old).await, status(&node, &new).await),
        (StatusCode::OK, StatusCode::OK)
    );
    assert_eq!(published(&node).await, [key_of(&new), key_of(&old)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_may_be_in_wrong_hands_is_out_at_once() {
    let node = TestNode::start().await;
    let old = node.token(&[Scope::PeersRead]);
    let said = lianfang(node.data(), &["token", "rotate", "--keep", "0"], "").await;
    assert_eq!(said.code, 0, "{}", said.err);
    node.doors.upkeep().look().await;
    let new = node.token(&[Scope::PeersRead]);
    assert_eq!(
        (status(&node, &old).await, status(&node, &new).await),
        (StatusCode::UNAUTHORIZED, StatusCode::OK)
    );
    assert_eq!(published(&node).await, [key_of(&new)]);
}

/// Tokens of a provider with `seed`, beside a node that knows the provider's keys.
async fn with_provider(seed: u8) -> TestNode {
    let configured = |text: String| {
        let issuer = format!("[[tokens.issuers]]\nissuer = \"{ISSUER}\"\njwks = \"{JWKS}\"\n\n[screening]\n");
        text.replace("[screening]\n", &issuer)
    };
    TestNode::start_prepared(configured, |data| {
        fs::write(data.join(JWKS), keys(&[seed])).unwrap();
    })
    .await
}

fn provider(seed: u8) -> SigningKey {
    SigningKey::from_seed(&[seed; 32])
}

fn keys(seeds: &[u8]) -> String {
    let keys: Vec<_> = seeds.iter().map(|seed| provider(*seed).public()).collect();
    jwks::written(keys.iter()).to_string()
}

fn token(seed: u8, change: impl Fn(&mut Value, &mut Value)) -> String {
    let key = provider(seed);
    let now = jsonwebtoken::get_current_timestamp();
    let mut head = json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": key.public().id().to_string() });
    let mut claims = json!({
        "iss": ISSUER, "sub": "alice", "aud": "platform-a/platform", "exp": now + 60, "scope": "peers:read entries:write",
    });
    change(&mut head, &mut claims);
    signed(&key, &head, &claims)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_s_tokens_open_the_door_for_whom_they_name() {
    let node = with_provider(1).await;
    let good = token(1, |_, _| ());
    assert_eq!(status(&node, &good).await, StatusCode::OK);
    let recorded = node
        .raw()
        .post(node.platform_url("/v1/entries"))
        .bearer_auth(&good)
        .json(&crate::harness::entries::entry("case-1"));
    assert_eq!(recorded.send().await.unwrap().status(), StatusCode::CREATED);
    let lines = node
        .assembled
        .store
        .audit_page(Timestamp::default(), None, 100)
        .unwrap();
    let actors: Vec<_> = lines.iter().map(|line| line.actor.as_str()).collect();
    assert_eq!(actors, ["https://id.example|alice"]);
    for (what, refused) in [
        (
            "another provider's name",
            token(1, |_, claims| claims["iss"] = "https://other.example".into()),
        ),
        (
            "this node's name",
            token(1, |_, claims| claims["iss"] = "platform-a".into()),
        ),
        (
            "another door",
            token(1, |_, claims| claims["aud"] = "platform-b/platform".into()),
        ),
        (
            "this node's type",
            token(1, |head, _| head["typ"] = "lianfang-access+jwt".into()),
        ),
        ("a key that isn't in the set", token(2, |_, _| ())),
        (
            "another key under a known id",
            token(2, |head, _| {
                head["kid"] = provider(1).public().id().to_string().into();
            }),
        ),
    ] {
        assert_eq!(status(&node, &refused).await, StatusCode::UNAUTHORIZED, "{what}");
    }
    assert_eq!(
        published(&node).await.len(),
        1,
        "a provider publishes its keys itself"
    );
}

/// RFC 7519 §2 and §4.1.3: times may have fractions, and audiences may be several.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_may_name_several_doors_and_fractions_of_seconds() {
    const DOOR: &str = "platform-a/platform";
    let node = with_provider(1).await;
    let now = Duration::from_secs(jsonwebtoken::get_current_timestamp()).as_secs_f64();
    let rows = [
        ("aud", json!([DOOR]), StatusCode::OK),
        ("aud", json!(["https://erp.example", DOOR]), StatusCode::OK),
        ("aud", json!(["https://erp.example"]), StatusCode::UNAUTHORIZED),
        ("aud", json!([]), StatusCode::UNAUTHORIZED),
        ("aud", json!([DOOR, 1]), StatusCode::UNAUTHORIZED),
        ("exp", json!(now + 60.5), StatusCode::OK),
        ("exp", json!(now - 60.5), StatusCode::UNAUTHORIZED),
        ("exp", json!(-60.5), StatusCode::UNAUTHORIZED),
        ("nbf", json!(now - 60.5), StatusCode::OK),
        ("nbf", json!(now + 60.5), StatusCode::UNAUTHORIZED),
    ];
    for (claim, value, expected) in rows {
        let token = token(1, |_, claims| claims[claim] = value.clone());
        // The second time it is known.
        for _ in 0..2 {
            assert_eq!(status(&node, &token).await, expected, "{claim} {value}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_s_keys_are_read_again_when_they_change_and_kept_when_they_break() {
    let node = with_provider(1).await;
    let (one, two) = (token(1, |_, _| ()), token(2, |_, _| ()));
    let replace = async |text: &str| {
        fs::write(node.data().join(JWKS), text).unwrap();
        node.doors.upkeep().look().await;
        (
            status(&node, &one).await.as_u16(),
            status(&node, &two).await.as_u16(),
        )
    };
    assert_eq!(replace(&keys(&[1, 2])).await, (200, 200));
    assert_eq!(replace("{").await, (200, 200));
    let metrics = node.metrics().await;
    assert!(
        metrics.contains("lianfang_renewal_failed{file=\"tokens\"} 1"),
        "{metrics}"
    );
    assert_eq!(replace(&keys(&[2])).await, (401, 200));
}

/// Two files, of which one has nothing to say about the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_provider_s_broken_file_keeps_no_key_of_the_node_in_force() {
    let node = with_provider(1).await;
    let (old, provided) = (node.token(&[Scope::PeersRead]), token(1, |_, _| ()));
    fs::write(node.data().join(JWKS), "{").unwrap();
    let said = lianfang(node.data(), &["token", "rotate", "--keep", "0"], "").await;
    assert_eq!(said.code, 0, "{}", said.err);
    node.doors.upkeep().look().await;
    assert_eq!(status(&node, &old).await, StatusCode::UNAUTHORIZED);
    let new = node.token(&[Scope::PeersRead]);
    for counts in [&new, &provided] {
        assert_eq!(status(&node, counts).await, StatusCode::OK);
    }
    let metrics = node.metrics().await;
    assert!(
        metrics.contains("lianfang_renewal_failed{file=\"tokens\"} 1"),
        "{metrics}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_whose_file_is_empty_is_cut_off() {
    for empty in ["", "\n", "{ \"keys\": [] }"] {
        let node = with_provider(1).await;
        let provided = token(1, |_, _| ());
        assert_eq!(status(&node, &provided).await, StatusCode::OK);
        fs::write(node.data().join(JWKS), empty).unwrap();
        node.doors.upkeep().look().await;
        assert_eq!(
            status(&node, &provided).await,
            StatusCode::UNAUTHORIZED,
            "{empty:?}"
        );
        let metrics = node.metrics().await;
        assert!(
            metrics.contains("lianfang_renewal_failed{file=\"tokens\"} 0"),
            "{metrics}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_subject_s_rate_leaves_every_other_alone() {
    let node =
        TestNode::start_with(|text| text.replace("#platform_per_minute = 60000", "platform_per_minute = 1"))
            .await;
    let of = |subject: &str| node.token_of(subject, &[Scope::PeersRead], Duration::from_secs(60));
    assert_eq!(status(&node, &of("erp")).await, StatusCode::OK);
    assert_eq!(status(&node, &of("erp")).await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(status(&node, &of("crm")).await, StatusCode::OK);
}
