//! HEAD, which every resource that answers GET answers (RFC 9110 §9.1).

use std::time::Duration;

use lianfang_node::auth::Scope;
use lianfang_wire::vocabulary::MemberRole;
use reqwest::{Client, Method, Response};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::harness::federation::{tls, unix_client};
use crate::harness::node::TestNode;

/// An answer that hasn't ended by then never will: the test fails instead of waiting for ever.
const STARVED: Duration = Duration::from_secs(60);

async fn every_door() -> TestNode {
    TestNode::start_with(|text| text.replace("enabled = false", "enabled = true")).await
}

/// The head of an answer without what differs from request to request, and how long its body is.
async fn told(answer: Response) -> (Vec<(String, String)>, usize) {
    let status = answer.status().to_string();
    let headers = answer.headers().iter();
    let mut head: Vec<_> = headers
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()))
        .collect();
    head.sort();
    head.push(("status".to_owned(), status));
    (head, answer.bytes().await.unwrap().len())
}

#[tokio::test(flavor = "multi_thread")]
async fn head_is_answered_as_get_is_without_the_body_at_every_door() {
    let node = every_door().await;
    let platform = node.admit("platform-b").await;
    let regulator = node.admit_as("regulator-x", MemberRole::Regulator).await;
    let at_platform = |path: &str| (node.raw_over(false), node.platform_url(path));
    let socket = unix_client(node.doors.socket().unwrap());
    let resources: Vec<(Client, String)> = vec![
        at_platform("/openapi.json"),
        at_platform("/v1/roster"),
        at_platform("/v1/entries/nothing"),
        at_platform("/nothing"),
        (node.raw_over(true), node.platform_url("/openapi.json")),
        (node.raw_over(true), node.platform_url("/v1/roster")),
        (
            node.member(&platform, false),
            node.federation_url("/openapi.json"),
        ),
        (node.member(&platform, true), node.federation_url("/openapi.json")),
        (node.member(&regulator, true), node.regulator_url("")),
        (
            node.member(&regulator, false),
            node.regulator_url("feed/nothing/"),
        ),
        (node.raw(), node.operations_url("/healthz")),
        (socket, "http://operator/v1/admin/openapi.json".to_owned()),
    ];
    for (client, url) in resources {
        let ask = async |method: Method| {
            let request = client
                .request(method, &url)
                .bearer_auth(node.token(Scope::ALL))
                .header("accept", "*/*");
            told(request.send().await.unwrap()).await
        };
        let (got, length) = ask(Method::GET).await;
        assert!(length > 0, "{url}");
        assert!(
            got.contains(&("content-length".to_owned(), length.to_string())),
            "{url}: {got:?}"
        );
        assert_eq!(ask(Method::HEAD).await, (got, 0), "{url}");
    }
}

/// A connection on HTTP/1.1 on which one request follows another.
struct Line(TlsStream<TcpStream>, String);

impl Line {
    async fn to_platform(node: &TestNode) -> Self {
        let config = tls(&node.authority(), None, rustls::DEFAULT_VERSIONS);
        let socket = TcpStream::connect(node.doors.platform.unwrap()).await.unwrap();
        let name = "127.0.0.1".try_into().unwrap();
        let tls = TlsConnector::from(std::sync::Arc::new(config)).connect(name, socket);
        Self(tls.await.unwrap(), node.token(Scope::ALL))
    }

    /// Everything the node says until it has said `end`.
    async fn ask(&mut self, asked: &str, end: &str) -> String {
        let request = format!(
            "{asked} HTTP/1.1\r\nhost: a\r\nauthorization: Bearer {}\r\n\r\n",
            self.1
        );
        self.0.write_all(request.as_bytes()).await.unwrap();
        let mut said = String::new();
        while !said.ends_with(end) {
            let mut piece = [0; 4_096];
            let read = tokio::time::timeout(STARVED, self.0.read(&mut piece)).await;
            assert!(read.is_ok(), "never answered: {asked}");
            let read = read.unwrap().unwrap();
            assert_ne!(read, 0, "the connection ended: {said}");
            said.push_str(std::str::from_utf8(&piece[..read]).unwrap());
        }
        said
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_head_even_of_a_stream_of_events_the_connection_serves_the_next_request() {
    let node = TestNode::start().await;
    let mut line = Line::to_platform(&node).await;
    for path in ["/openapi.json", "/v1/events?after=0", "/v1/roster"] {
        let said = line.ask(&format!("HEAD {path}"), "\r\n\r\n").await;
        assert!(said.starts_with("HTTP/1.1 200 "), "{said}");
        let said = line.ask("GET /v1/roster", "}").await;
        assert!(
            said.starts_with("HTTP/1.1 200 ") && said.contains("\"subjects\""),
            "{said}"
        );
    }
    let client = node.raw_over(true);
    let asked = client
        .head(node.platform_url("/v1/events"))
        .bearer_auth(node.token(Scope::ALL));
    let (head, length) = tokio::time::timeout(STARVED, async { told(asked.send().await.unwrap()).await })
        .await
        .unwrap();
    assert!(
        head.contains(&("content-type".to_owned(), "text/event-stream".to_owned())),
        "{head:?}"
    );
    assert_eq!(length, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn head_of_what_only_takes_changes_is_refused() {
    let node = TestNode::start().await;
    let asked = node.raw().head(node.platform_url("/v1/screenings"));
    let answer = asked.bearer_auth(node.token(Scope::ALL)).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["allow"]),
        (405, &"POST".parse().unwrap())
    );
}
