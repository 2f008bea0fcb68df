//! Clients that ask and don't take what they are answered.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use futures_util::{StreamExt as _, poll, stream};
use lianfang_wire::vocabulary::MemberRole;
use rustls::{ClientConfig, ClientConnection};

use crate::harness::federation::tls;
use crate::harness::http2::{Raw, head};
use crate::harness::node::TestNode;

/// A door that speaks HTTP/2, how to come in, and something to ask there.
struct Way {
    door: SocketAddr,
    config: ClientConfig,
    path: &'static str,
}

/// A node on each of whose connections two requests are served at once, with every way into it.
async fn doors(stalled: &str) -> (TestNode, Vec<Way>) {
    doors_with("requests_per_connection = 2", stalled).await
}

async fn doors_with(at_once: &str, stalled: &str) -> (TestNode, Vec<Way>) {
    let node = TestNode::start_with(|text| {
        text.replace("enabled = false", "enabled = true")
            .replace("#requests_per_connection = 128", at_once)
            .replace("#public_per_minute = 600", "public_per_minute = 1000000")
            .replace("#stalled_seconds = 300", stalled)
            // What doesn't answer pings is ended by that alone.
            .replace("#idle_seconds = 75", "idle_seconds = 3600")
    })
    .await;
    let platform = node.admit("platform-b").await;
    let regulator = node.admit_as("regulator-x", MemberRole::Regulator).await;
    let (doors, authority) = (&node.doors, node.authority());
    let way = |door: Option<SocketAddr>, papers, path| Way {
        door: door.unwrap(),
        config: tls(&authority, papers, rustls::DEFAULT_VERSIONS),
        path,
    };
    let ways = vec![
        way(doors.platform, None, "/openapi.json"),
        way(doors.federation, Some(&platform), "/federation/v1/openapi.json"),
        way(doors.regulator, Some(&regulator), "/taxii2/"),
    ];
    (node, ways)
}

/// Between two questions of a client that waits for the end.
const PAUSE: Duration = Duration::from_millis(100);
/// Requests that wait when two are served.
const WAITING: usize = 14;

#[tokio::test(flavor = "multi_thread")]
async fn streams_beyond_a_connection_s_share_wait_then_are_refused_and_then_end_the_connection() {
    let (_node, ways) = doors("").await;
    for Way { door, config, path } in &ways {
        let mut client = Raw::connect(*door, config, 0).await;
        let mut served = Vec::new();
        for _ in 0..2 {
            served.push(head(client.get(path).await.unwrap()).await);
        }
        let mut waiting = Vec::new();
        for _ in 0..WAITING {
            waiting.push(client.get(path).await.unwrap());
        }
        let mut refused = Vec::new();
        for _ in 0..2 {
            refused.push(head(client.get(path).await.unwrap()).await);
        }
        assert!(served.iter().all(|(status, ..)| *status == 200), "{path}");
        for (status, headers, _) in &refused {
            assert_eq!(
                (status.as_u16(), &headers["retry-after"]),
                (429, &"1".parse().unwrap())
            );
        }
        for waiting in &mut waiting {
            assert!(poll!(waiting).is_pending(), "{path}");
        }
        let one_more = client.get(path).await.unwrap();
        client.ended().await;
        drop(one_more);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_over_makes_room_for_one_that_waits() {
    let (_node, ways) = doors("").await;
    for Way { door, config, path } in &ways {
        let mut client = Raw::connect(*door, config, 0).await;
        let mut answers = Vec::new();
        for _ in 0..2 + WAITING {
            answers.push(client.get(path).await.unwrap());
        }
        for answer in answers {
            let (status, _, body) = head(answer).await;
            assert_eq!(status, 200, "{path}");
            drop(body);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_which_nothing_is_taken_ends_its_connection_on_http_2() {
    let (_node, ways) = doors("stalled_seconds = 1").await;
    for Way { door, config, path } in &ways {
        let mut client = Raw::connect(*door, config, 0).await;
        let answer = head(client.get(path).await.unwrap()).await;
        client.ended().await;
        drop(answer);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_without_bodies_are_no_way_around_it() {
    let (_node, ways) = doors_with("requests_per_connection = 40", "").await;
    let Way { door, config, .. } = &ways[0];
    let mut client = Raw::connect(*door, config, i32::MAX.unsigned_abs()).await;
    client.stop_reading();
    // More than the system keeps of what isn't read.
    let mut asked = Vec::new();
    for _ in 0..20 {
        asked.push(client.get("/docs/swagger-ui-bundle.js").await.unwrap());
    }
    // Redirections. Only who sends something gets to know that the connection has ended.
    let mut pauses = tokio::time::interval(PAUSE);
    for _ in 0..100 {
        for _ in 0..100 {
            let Ok(answer) = client.get("/docs").await else {
                return;
            };
            asked.push(answer);
        }
        pauses.tick().await;
    }
    panic!("answered without end");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_nobody_reads_end_their_connection_on_http_1() {
    let (node, ways) = doors("stalled_seconds = 1").await;
    let operations = node.doors.operations.unwrap();
    tokio::task::spawn_blocking(move || {
        let mut socket = TcpStream::connect(operations).unwrap();
        let asks = |request: &[u8]| socket.write_all(request);
        assert!(ends(asks, "/metrics", 20_000));

        let Way { door, config, .. } = &ways[0];
        let name = "127.0.0.1".try_into().unwrap();
        let mut session = ClientConnection::new(config.clone().into(), name).unwrap();
        let mut socket = TcpStream::connect(door).unwrap();
        while session.is_handshaking() {
            session.complete_io(&mut socket).unwrap();
        }
        let asks = |request: &[u8]| {
            session.writer().write_all(request)?;
            session.write_tls(&mut socket).map(drop)
        };
        assert!(ends(asks, "/docs/swagger-ui-bundle.js", 15));
    })
    .await
    .unwrap();
}

/// Asks so often, and then again and again: whether the node ends the connection.
fn ends(mut asks: impl FnMut(&[u8]) -> std::io::Result<()>, path: &str, first: usize) -> bool {
    let request = format!("GET {path} HTTP/1.1\r\nhost: a\r\n\r\n");
    let begun = asks(request.repeat(first).as_bytes());
    let again = |_| {
        std::thread::park_timeout(PAUSE);
        asks(request.as_bytes())
    };
    begun.is_err() || (0..600).map(again).any(|asked| asked.is_err())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_is_served_however_much_is_asked_at_once() {
    let (node, _) = doors("stalled_seconds = 1").await;
    for http2 in [true, false] {
        let client = node.raw_over(http2);
        for _ in 0..5 {
            let asked = (0..16).map(|_| async {
                let answer = client.get(node.platform_url("/docs/swagger-ui-bundle.js"));
                let answer = answer.send().await.unwrap();
                (answer.status(), answer.bytes().await.unwrap().len())
            });
            let answers: Vec<_> = stream::iter(asked).buffer_unordered(16).collect().await;
            let (_, length) = answers[0];
            assert!(length > 1_000_000, "{length}");
            assert!(
                answers
                    .iter()
                    .all(|answer| *answer == (reqwest::StatusCode::OK, length))
            );
        }
    }
}
