use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::{self, ServiceConfig};
use lianfang_node::config::Limits;
use lianfang_node::doors::Caller;
use rustls::{ClientConnection, HandshakeKind, Stream, SupportedProtocolVersion};

use crate::harness::door::{OpenDoor, open};
use crate::harness::federation::{Federation, Papers};

/// A connection that hasn't ended by then never will.
const PATIENCE: Duration = Duration::from_secs(60);

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

/// Reads the whole answer: until then its connection isn't open to the next request, and that would begin one of its own.
async fn ask(client: &reqwest::Client, url: &str) -> (reqwest::StatusCode, bytes::Bytes) {
    let answer = client.get(url).send().await.unwrap();
    (answer.status(), answer.bytes().await.unwrap())
}

async fn is_refused_at_the_handshake(federation: &Federation, door: &OpenDoor, papers: Option<&Papers>) {
    for http2 in [false, true] {
        let answer = federation
            .client(papers, http2)
            .get(door.url("/whoami"))
            .send()
            .await;
        assert!(answer.is_err(), "{answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_is_known_by_its_certificate() {
    let (federation, door) = federation_with_door();
    let papers = federation.join("b");
    for http2 in [false, true] {
        let client = federation.client(Some(&papers), http2);
        let answer = client
            .get(door.url("/whoami"))
            .header("x-node", "c")
            .send()
            .await
            .unwrap();
        assert_eq!(answer.text().await.unwrap(), "b");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_in_without_a_certificate() {
    let (federation, door) = federation_with_door();
    is_refused_at_the_handshake(&federation, &door, None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_a_foreign_authority_is_refused() {
    let (federation, door) = federation_with_door();
    federation.join("b");
    let papers = Federation::new("other").join("b");
    is_refused_at_the_handshake(&federation, &door, Some(&papers)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_with_another_key_than_the_pinned_one_is_refused() {
    let (federation, door) = federation_with_door();
    federation.join("b");
    let unpinned = federation.certify("b");
    is_refused_at_the_handshake(&federation, &door, Some(&unpinned)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certified_node_that_is_no_member_is_refused() {
    let (federation, door) = federation_with_door();
    let stranger = federation.certify("stranger");
    is_refused_at_the_handshake(&federation, &door, Some(&stranger)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn removal_counts_on_open_connections_and_ends_them() {
    let (federation, door) = federation_with_door();
    for (node, http2) in [("b", false), ("c", true)] {
        let papers = federation.join(node);
        let client = federation.client(Some(&papers), http2);
        let (status, name) = ask(&client, &door.url("/whoami")).await;
        assert_eq!((status.as_u16(), &name[..]), (200, node.as_bytes()));
        federation.members.remove(node);
        let (status, problem) = ask(&client, &door.url("/whoami")).await;
        assert_eq!(status, 403);
        let problem: lianfang_wire::Problem = serde_json::from_slice(&problem).unwrap();
        assert_eq!(problem.kind(), Some(lianfang_wire::ProblemType::NotMember));
        // Over HTTP/2 the next request may be on its way before the client has seen the end.
        let until_the_end = async {
            while let Ok(again) = client.get(door.url("/whoami")).send().await {
                assert_eq!(again.status(), 403);
            }
        };
        let ended = tokio::time::timeout(PATIENCE, until_the_end).await;
        assert!(ended.is_ok(), "the connection of {node} has ended");
        is_refused_at_the_handshake(&federation, &door, Some(&papers)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_holds_its_share_of_connections_and_no_more_and_the_others_come_in() {
    const SHARE: usize = 3;
    const DOOR: usize = 8;
    for http2 in [false, true] {
        let federation = Federation::new("one");
        let limits = Limits {
            connections: DOOR,
            connections_per_member: SHARE,
            ..Limits::default()
        };
        let door = open(&federation, limits, whoami);
        let (b, c) = (federation.join("b"), federation.join("c"));
        let url = door.url("/whoami");
        // A client that keeps the one connection it has.
        let connected = async || {
            let client = federation.client(Some(&b), http2);
            let answer = client.get(&url).send().await.ok()?;
            (answer.bytes().await.unwrap() == "b").then_some(client)
        };
        let mut held = Vec::new();
        for _ in 0..DOOR {
            held.extend(connected().await);
        }
        assert_eq!(held.len(), SHARE);
        let (status, name) = ask(&federation.client(Some(&c), http2), &url).await;
        assert_eq!((status.as_u16(), &name[..]), (200, &b"c"[..]));
        held.pop();
        // The node notices in its own time that it has gone.
        let until_there_is_room = async {
            loop {
                if let Some(client) = connected().await {
                    return client;
                }
            }
        };
        held.push(tokio::time::timeout(PATIENCE, until_there_is_room).await.unwrap());
        assert!(connected().await.is_none());
        for client in &held {
            assert_eq!(ask(client, &url).await.0, 200);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_is_not_found_for_members_and_refused_for_removed_ones() {
    let (federation, door) = federation_with_door();
    let papers = federation.join("b");
    let client = federation.client(Some(&papers), false);
    assert_eq!(ask(&client, &door.url("/nothing")).await.0, 404);
    federation.members.remove("b");
    assert_eq!(ask(&client, &door.url("/nothing")).await.0, 403);
}

/// One request on a connection of its own: how the handshake went, and the first line of the answer.
fn converse(
    door: &OpenDoor,
    tls: &Arc<rustls::ClientConfig>,
) -> Result<(Option<HandshakeKind>, String), std::io::Error> {
    let mut socket = TcpStream::connect(door.address)?;
    let name = "127.0.0.1".try_into().unwrap();
    let mut session = ClientConnection::new(Arc::clone(tls), name).unwrap();
    let mut stream = Stream::new(&mut session, &mut socket);
    stream.write_all(b"GET /whoami HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let line = String::from_utf8_lossy(&answer)
        .lines()
        .next()
        .unwrap_or_default()
        .to_owned();
    Ok((session.handshake_kind(), line))
}

fn tls(
    federation: &Federation,
    papers: &Papers,
    version: &'static SupportedProtocolVersion,
) -> Arc<rustls::ClientConfig> {
    Arc::new(crate::harness::federation::tls(
        &federation.authority_pem(),
        Some(papers),
        &[version],
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn no_session_is_resumed_so_that_none_escapes_the_verifier() {
    let (federation, door) = federation_with_door();
    let papers = federation.join("b");
    let tls = tls(&federation, &papers, &rustls::version::TLS13);
    for _ in 0..2 {
        let (kind, line) = converse(&door, &tls).unwrap();
        assert_eq!(
            (kind, line.as_str()),
            (Some(HandshakeKind::Full), "HTTP/1.1 200 OK")
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_older_than_tls_1_3_is_spoken_among_members() {
    let (federation, door) = federation_with_door();
    let papers = federation.join("b");
    assert!(converse(&door, &tls(&federation, &papers, &rustls::version::TLS12)).is_err());
}
