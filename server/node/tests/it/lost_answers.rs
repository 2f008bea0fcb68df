//! A request under an `Idempotency-Key` whose caller wasn't told how it ended is done once, however it ended.

use std::time::Duration;

use actix_web::App;
use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::header::LOCATION;
use actix_web::test::{TestRequest, init_service, read_body};
use actix_web::web::Data;
use lianfang_node::api::platform::{Login, router};
use lianfang_node::config::Limits;
use lianfang_store::testing::Backend;
use lianfang_store::{EntryFilter, Store};
use serde_json::Value;

use crate::harness::entries::entry;
use crate::harness::federation::now;
use crate::harness::node::TestNode;

const BACKENDS: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];
/// A request that hasn't ended after this counts as lost.
const LOST: Duration = Duration::from_secs(601);
/// No request here has as many statements.
const MOST: u32 = 200;

/// A node that does nothing but answer, and whose clock stands.
async fn quiet_node(backend: Backend) -> TestNode {
    let mut node = TestNode::start_with_clock_on(backend, &now().to_string(), |text| text).await;
    node.close().await;
    node
}

/// Its operator's door without the socket: a request is a future that can be dropped.
async fn door(
    node: &TestNode,
) -> impl Service<actix_http::Request, Response = ServiceResponse<impl MessageBody>, Error = actix_web::Error>
{
    door_with(node, Limits::default()).await
}

async fn door_with(
    node: &TestNode,
    limits: Limits,
) -> impl Service<actix_http::Request, Response = ServiceResponse<impl MessageBody>, Error = actix_web::Error>
{
    let assembled = &node.assembled;
    let routes = router::configure(assembled.node.clone(), Login::Socket, assembled.ledger.clone());
    init_service(App::new().app_data(Data::new(limits)).configure(routes)).await
}

/// What is sent again and again.
struct Sent {
    path: &'static str,
    media_type: &'static str,
    body: String,
    /// Entries that it makes.
    makes: usize,
}

impl Sent {
    fn entry() -> Self {
        Self {
            path: "/v1/entries",
            media_type: "application/json",
            body: nameless(),
            makes: 1,
        }
    }

    fn batch() -> Self {
        let line = nameless();
        Self {
            path: "/v1/entries/batch",
            media_type: "application/x-ndjson",
            body: format!("{line}\n{line}\n"),
            makes: 2,
        }
    }

    fn under(&self, key: &str) -> actix_http::Request {
        TestRequest::post()
            .uri(self.path)
            .insert_header(("idempotency-key", key))
            .insert_header(("content-type", self.media_type))
            .set_payload(self.body.clone())
            .to_request()
    }
}

/// An entry without a reference of the platform.
fn nameless() -> String {
    let mut new = entry("none");
    new.as_object_mut().unwrap().remove("client_reference");
    new.to_string()
}

fn entries(store: &Store) -> usize {
    let page = store.entries_page(&EntryFilter::default(), 0, usize::MAX);
    page.unwrap().len()
}

/// From the n-th statement on everything fails, as if the process had died there; then the request is sent again.
async fn check_every_death(backend: Backend, sent: Sent) {
    let node = quiet_node(backend).await;
    let (door, store, start) = (door(&node).await, &node.assembled.store, now());
    for n in 1.. {
        assert!(n < MOST, "no end");
        let key = format!("key-{n}");
        store.fail_from_statement(n.into());
        let first = door.call(sent.under(&key)).await;
        let reached = store.stop_failing();
        node.set_clock(&(start + LOST * n).to_string());
        let second = door.call(sent.under(&key)).await.unwrap();
        assert!(second.status().is_success(), "statement {n}: {}", second.status());
        assert_eq!(entries(store), n as usize * sent.makes, "statement {n}");
        if !reached {
            let first = first.unwrap();
            assert_eq!(first.headers().get(LOCATION), second.headers().get(LOCATION));
            return;
        }
    }
}

#[actix_web::test]
async fn an_entry_without_a_reference_is_recorded_once_wherever_its_first_request_died() {
    for backend in BACKENDS {
        Box::pin(check_every_death(backend, Sent::entry())).await;
    }
}

#[actix_web::test]
async fn lines_of_a_batch_without_references_are_recorded_once_wherever_the_first_request_died() {
    for backend in BACKENDS {
        Box::pin(check_every_death(backend, Sent::batch())).await;
    }
}

async fn until_a_commit_is_held(store: &Store) {
    let store = store.clone();
    let waits = tokio::task::spawn_blocking(move || store.wait_until_a_commit_is_held());
    assert!(waits.await.unwrap(), "nothing was written");
}

/// What a request under a key writes before its answer: that the key is in use, and the entry.
const WRITES: usize = 2;

#[actix_web::test]
async fn a_request_whose_caller_went_away_is_answered_to_whoever_asks_again() {
    for backend in BACKENDS {
        for seen in 1..=WRITES {
            Box::pin(check_caller_who_left(backend, seen)).await;
        }
    }
}

/// Whoever asked goes away while so many writes are carried out of which nobody was told yet.
async fn check_caller_who_left(backend: Backend, seen: usize) {
    let node = quiet_node(backend).await;
    let (door, store, sent) = (door(&node).await, &node.assembled.store, Sent::entry());
    store.hold_next_commit();
    {
        let mut first = std::pin::pin!(door.call(sent.under("key")));
        for written in 1..=seen {
            tokio::select! {
                biased;
                _ = &mut first => unreachable!("it can't be told"),
                () = until_a_commit_is_held(store) => {},
            }
            if written < seen {
                store.hold_next_commit();
            }
        }
    }
    // The rest, and the answer.
    for _ in seen..=WRITES {
        store.hold_next_commit();
        until_a_commit_is_held(store).await;
    }
    store.let_commit_go();
    let again = door.call(sent.under("key")).await.unwrap();
    assert_eq!(again.status().as_u16(), 201, "after {seen} writes");
    assert_eq!(entries(store), 1);
}

#[actix_web::test]
async fn a_key_is_free_when_the_caller_goes_away_in_the_midst_of_an_answer_that_is_too_long_to_be_kept() {
    let limits = Limits {
        keyed_bytes: 20_000,
        ..Limits::default()
    };
    for backend in BACKENDS {
        let node = quiet_node(backend).await;
        let (door, store) = (door_with(&node, limits.clone()).await, &node.assembled.store);
        let sent = Sent {
            body: format!("{}\n{}", nameless(), "0\n".repeat(5_000)),
            ..Sent::batch()
        };
        let first = door.call(sent.under("key")).await.unwrap();
        store.hold_next_commit();
        drop(first);
        until_a_commit_is_held(store).await;
        store.let_commit_go();
        let again = door.call(sent.under("key")).await.unwrap();
        assert_eq!(again.status().as_u16(), 200);
        assert_eq!(entries(store), 1);
    }
}

/// More lines than are done together, the last of them an entry.
fn two_parts() -> Sent {
    Sent {
        body: format!("{}{}\n", "0\n".repeat(1_000), nameless()),
        ..Sent::batch()
    }
}

#[actix_web::test]
async fn an_answer_that_tells_of_a_passing_failure_is_not_given_to_whoever_asks_again() {
    for backend in BACKENDS {
        let node = quiet_node(backend).await;
        let (door, store, sent) = (door(&node).await, &node.assembled.store, two_parts());
        let mut told = 0;
        for n in 1.. {
            assert!(n < MOST, "no end");
            let key = format!("key-{n}");
            store.fail_statement(n.into());
            let first = last_line(door.call(sent.under(&key)).await.unwrap()).await;
            let reached = store.stop_failing();
            let second = last_line(door.call(sent.under(&key)).await.unwrap()).await;
            if first.as_ref().is_some_and(|line| line["problem"].is_object()) {
                told += 1;
                let second = second.unwrap();
                assert!(second["problem"].is_null(), "statement {n}: {second}");
            }
            if !reached {
                break;
            }
        }
        assert!(told > 0, "no part failed as a whole");
    }
}

/// Of an answer that is one of lines.
async fn last_line<B: MessageBody>(answer: ServiceResponse<B>) -> Option<Value> {
    let is_fine = answer.status().is_success();
    let body = read_body(answer).await;
    let line = body.trim_ascii_end().split(|byte| *byte == b'\n').next_back()?;
    is_fine.then(|| serde_json::from_slice(line).unwrap())
}

/// A connection that was cut costs an attempt.
#[actix_web::test]
async fn an_answer_is_kept_although_a_statement_fails() {
    for backend in BACKENDS {
        let node = quiet_node(backend).await;
        let (door, store, sent) = (door(&node).await, &node.assembled.store, Sent::entry());
        for n in 1.. {
            assert!(n < MOST, "no end");
            let key = format!("key-{n}");
            store.fail_statement(n.into());
            let first = door.call(sent.under(&key)).await.unwrap();
            if store.stop_failing() && first.status().is_success() {
                let again = door.call(sent.under(&key)).await.unwrap();
                assert_eq!(
                    again.headers().get(LOCATION),
                    first.headers().get(LOCATION),
                    "statement {n}"
                );
            } else if first.status().is_success() {
                break;
            }
        }
    }
}
