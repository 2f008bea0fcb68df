//! Clients that are slow, large or compressed on purpose.

use std::sync::Arc;

use futures_util::{StreamExt as _, stream};
use lianfang_node::auth::Scope;
use lianfang_wire::vocabulary::MemberRole;
use lianfang_wire::{Problem, ProblemType};
use reqwest::{Body, RequestBuilder};

use crate::harness::federation::tls as tls_config;
use crate::harness::node::TestNode;
use crate::harness::slow::{plain, tls};

/// What the framework reads of a head on HTTP/1.1 before it gives up.
const LONGEST_HEAD: usize = 128 * 1024;

/// A node that waits for heads and bodies for a second.
async fn impatient() -> TestNode {
    TestNode::start_with(|text| {
        text.replace("#head_seconds = 10", "head_seconds = 1")
            .replace("#body_seconds = 60", "body_seconds = 1")
            .replace("#idle_seconds = 75", "idle_seconds = 1")
            .replace("enabled = false", "enabled = true")
    })
    .await
}

fn http1(node: &TestNode) -> Arc<rustls::ClientConfig> {
    let authority = std::fs::read_to_string(node.data().join("tls/authority.pem")).unwrap();
    Arc::new(tls_config(&authority, None, rustls::DEFAULT_VERSIONS))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_is_dribbled_is_ended_by_the_node_at_every_door() {
    let node = impatient().await;
    let (operations, platform) = (node.doors.operations.unwrap(), node.doors.platform.unwrap());
    let config = http1(&node);
    let start = b"GET /healthz HTTP/1.1\r\nhost: a\r\nx-slow: ";
    let said = blocking(move || {
        let mut slow = plain(operations);
        slow.send(start);
        slow.dribble(b"x")
    });
    assert!(said.await.starts_with("HTTP/1.1 408 "));
    let said = blocking(move || {
        let mut slow = tls(platform, &config);
        slow.send(start);
        slow.dribble(b"x")
    });
    assert!(said.await.starts_with("HTTP/1.1 408 "));
}

/// Their certificates are good, their patience isn't.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_who_dribbles_a_head_or_a_body_is_refused_at_the_doors_of_members() {
    let node = impatient().await;
    let (federation, regulator) = (node.doors.federation.unwrap(), node.doors.regulator.unwrap());
    let platform = member(&node, "platform-b", MemberRole::Platform).await;
    let reader = member(&node, "regulator-x", MemberRole::Regulator).await;
    let start = "HTTP/1.1\r\nhost: a\r\naccept: application/taxii+json;version=2.1\r\n";
    let body = "content-type: application/octet-stream\r\ncontent-length: 100000\r\n\r\n";
    for (door, config, head) in [
        (
            federation,
            &platform,
            format!("GET /federation/v1/info {start}x-slow: "),
        ),
        (
            federation,
            &platform,
            format!("POST /federation/v1/evaluate {start}{body}"),
        ),
        (regulator, &reader, format!("GET /taxii2/ {start}x-slow: ")),
    ] {
        let (config, sent) = (Arc::clone(config), head.clone());
        let said = blocking(move || {
            let mut slow = tls(door, &config);
            slow.send(sent.as_bytes());
            slow.dribble(b"x")
        });
        assert!(said.await.starts_with("HTTP/1.1 408 "), "{head}");
    }
}

async fn member(node: &TestNode, id: &str, role: MemberRole) -> Arc<rustls::ClientConfig> {
    let papers = node.admit_as(id, role).await;
    Arc::new(tls_config(
        &node.authority(),
        Some(&papers),
        rustls::DEFAULT_VERSIONS,
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_does_not_come_or_is_dribbled_is_ended_by_the_node() {
    let node = impatient().await;
    for door in [node.doors.platform, node.doors.federation] {
        let door = door.unwrap();
        assert_eq!(blocking(move || plain(door).wait()).await, "");
        // The first bytes of a record that announces 16 KiB of ClientHello.
        let said = blocking(move || {
            let mut slow = plain(door);
            slow.send(&[0x16, 0x03, 0x01, 0x40, 0x00, 0x01]);
            slow.dribble(&[0])
        });
        said.await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_on_which_nothing_more_is_asked_is_ended_by_the_node() {
    let node = impatient().await;
    let operations = node.doors.operations.unwrap();
    let said = blocking(move || {
        let mut slow = plain(operations);
        slow.send(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n");
        slow.wait()
    });
    assert!(said.await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_dribbled_is_refused_and_the_connection_ended() {
    let node = impatient().await;
    let (platform, config) = (node.doors.platform.unwrap(), http1(&node));
    let head = format!(
        "POST /v1/screenings HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\n\
         content-type: application/json\r\ncontent-length: 100000\r\n\r\n",
        node.token(&[Scope::ScreeningsWrite])
    );
    let said = blocking(move || {
        let mut slow = tls(platform, &config);
        slow.send(head.as_bytes());
        slow.dribble(b" ")
    })
    .await;
    assert!(said.starts_with("HTTP/1.1 408 "), "{said}");
    assert!(said.contains("urn:lianfang:problem:timeout"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_stalls_on_http_2_is_refused() {
    let node = impatient().await;
    let piece = stream::iter([Ok::<_, std::io::Error>("{")]);
    let request = screening(&node).body(Body::wrap_stream(piece.chain(stream::pending())));
    assert_eq!(problem(request).await.kind(), Some(ProblemType::Timeout));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_over_the_limit_is_431_on_both_versions_of_http() {
    let node = TestNode::start().await;
    for http2 in [false, true] {
        let authority = std::fs::read_to_string(node.data().join("tls/authority.pem")).unwrap();
        let client = crate::harness::federation::client(&authority, None, http2);
        let ask = |length: usize| {
            let request = client.get(node.platform_url("/openapi.json"));
            request.header("x-large", "x".repeat(length))
        };
        assert_eq!(ask(30_000).send().await.unwrap().status(), 200);
        assert_eq!(problem(ask(40_000)).await.kind(), Some(ProblemType::HeadTooLarge));
        let many = (0..90).fold(ask(1), |request, at| {
            request.header(format!("x-{at}"), "x".repeat(400))
        });
        assert_eq!(problem(many).await.kind(), Some(ProblemType::HeadTooLarge));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_without_end_is_cut_off() {
    let node = impatient().await;
    let operations = node.doors.operations.unwrap();
    let said = blocking(move || {
        let mut slow = plain(operations);
        let start = b"GET /healthz HTTP/1.1\r\nhost: a\r\nx-large: ";
        slow.send(start);
        slow.send(&vec![b'x'; LONGEST_HEAD - start.len()]);
        slow.wait()
    });
    assert!(said.await.starts_with("HTTP/1.1 431 "));
    let authority = std::fs::read_to_string(node.data().join("tls/authority.pem")).unwrap();
    let client = crate::harness::federation::client(&authority, None, true);
    let request = client.get(node.platform_url("/openapi.json"));
    let without_end = (0..20).fold(request, |request, at| {
        request.header(format!("x-{at}"), "x".repeat(1_000_000))
    });
    let refused = without_end.send().await;
    assert!(refused.is_err() || refused.unwrap().status() == 431);
}

/// A frame of HTTP/2 on stream 1 (RFC 9113 §4.1).
fn frame(kind: u8, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let stream = if kind == SETTINGS { 0 } else { 1 };
    [&length[1..], &[kind, 0, 0, 0, 0, stream], payload].concat()
}

const HEADERS: u8 = 1;
const SETTINGS: u8 = 4;
const CONTINUATION: u8 = 9;

/// The start of a head on HTTP/2 that says it isn't over.
fn unended() -> Vec<u8> {
    // :method GET, from the static table of HPACK.
    let head = frame(HEADERS, &[0x82]);
    [
        &b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"[..],
        &frame(SETTINGS, &[]),
        &head,
    ]
    .concat()
}

/// A frame as long as is allowed, full of headers of some 120 bytes.
fn more_of_it() -> Vec<u8> {
    let header = [&[0, 1, b'x', 120][..], &[b'a'; 120]].concat();
    frame(CONTINUATION, &header.repeat(16_384 / header.len()))
}

fn http2(node: &TestNode) -> Arc<rustls::ClientConfig> {
    let mut config = (*http1(node)).clone();
    config.alpn_protocols = vec![b"h2".to_vec()];
    Arc::new(config)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_on_http_2_that_goes_on_without_end_is_cut_off() {
    const MIB: usize = 1024 * 1024;
    let node = impatient().await;
    let (door, config) = (node.doors.platform.unwrap(), http2(&node));
    let sent = blocking(move || {
        let mut slow = tls(door, &config);
        slow.send(&unended());
        slow.flood(&more_of_it(), 256 * MIB)
    });
    // 16 MiB, counted in frames, and what is on its way.
    assert!(sent.await < 48 * MIB);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_on_http_2_that_stalls_in_its_midst_is_ended_by_the_node() {
    let node = impatient().await;
    let (door, config) = (node.doors.platform.unwrap(), http2(&node));
    blocking(move || {
        let mut slow = tls(door, &config);
        slow.send(&unended());
        slow.send(&more_of_it());
        slow.wait()
    })
    .await;
}

fn screening(node: &TestNode) -> RequestBuilder {
    let request = node.raw().post(node.platform_url("/v1/screenings"));
    request
        .bearer_auth(node.token(&[Scope::ScreeningsWrite]))
        .header("content-type", "application/json")
}

async fn problem(request: RequestBuilder) -> Problem {
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
}
