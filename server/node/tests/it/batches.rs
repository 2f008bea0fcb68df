//! Batches of lines that are answered while they are sent.

use bytes::Bytes;
use lianfang_node::auth::Scope;
use lianfang_store::testing::Backend;
use lianfang_wire::{Problem, ProblemType};
use reqwest::{Body, Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::harness::command::lianfang;
use crate::harness::entries::entry;
use crate::harness::node::TestNode;

const BACKENDS: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];

/// A batch that is still being sent, and its answer.
struct Conversation {
    lines: mpsc::Sender<String>,
    answer: Response,
    unread: Vec<u8>,
}

impl Conversation {
    /// Sends the first line; the answer begins with its result.
    async fn begin(node: &TestNode, path: &str, http2: bool, first: String) -> Self {
        let (lines, rest) = mpsc::channel(1);
        let body = futures_util::stream::unfold(rest, async |mut rest: mpsc::Receiver<String>| {
            let line = rest.recv().await?;
            Some((Ok::<_, std::io::Error>(Bytes::from(line)), rest))
        });
        lines.send(first).await.unwrap();
        let request = node
            .raw_over(http2)
            .post(node.platform_url(path))
            .bearer_auth(node.token(&[Scope::EntriesWrite, Scope::ScreeningsWrite]))
            .header("content-type", "application/x-ndjson")
            .body(Body::wrap_stream(body));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        Self {
            lines,
            answer,
            unread: Vec::new(),
        }
    }

    /// The next result; none at the end.
    async fn result(&mut self) -> Option<Value> {
        loop {
            if let Some(end) = self.unread.iter().position(|byte| *byte == b'\n') {
                let line: Vec<u8> = self.unread.drain(..=end).collect();
                return Some(serde_json::from_slice(&line).unwrap());
            }
            self.unread
                .extend_from_slice(&self.answer.chunk().await.unwrap()?);
        }
    }
}

fn line(reference: &str) -> String {
    format!("{}\n", entry(reference))
}

fn screening(reference: &str) -> String {
    let asked = json!({
        "purpose": "onboarding", "client_reference": reference,
        "subject": { "type": "seller", "identifiers": [
            { "kind": "cn_uscc", "value": "91990003LF0000032U", "verified": true },
        ]},
    });
    format!("{asked}\n")
}

async fn send(node: &TestNode, path: &str, body: String) -> Vec<Value> {
    let request = node
        .raw()
        .post(node.platform_url(path))
        .bearer_auth(node.token(&[Scope::EntriesWrite, Scope::ScreeningsWrite, Scope::RosterWrite]))
        .header("content-type", "application/x-ndjson")
        .body(body);
    let text = request.send().await.unwrap().text().await.unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_line_is_answered_while_the_next_is_not_even_sent() {
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        for http2 in [false, true] {
            let reference = |number| format!("{http2}-{number}");
            let mut entries =
                Conversation::begin(&node, "/v1/entries/batch", http2, line(&reference(1))).await;
            let mut screenings =
                Conversation::begin(&node, "/v1/screenings/batch", http2, screening(&reference(1))).await;
            for number in 1..4 {
                let recorded = entries.result().await.unwrap();
                assert_eq!(recorded["line"], number);
                assert_eq!(recorded["created"], true, "{recorded}");
                let screened = screenings.result().await.unwrap();
                assert_eq!(screened["client_reference"], reference(number));
                assert_eq!(screened["result"]["verdict"], "block", "{screened}");
                entries.lines.send(line(&reference(number + 1))).await.unwrap();
                screenings
                    .lines
                    .send(screening(&reference(number + 1)))
                    .await
                    .unwrap();
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_whose_token_stops_counting_records_nothing_more_and_says_at_which_line() {
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        for http2 in [false, true] {
            let reference = |number| format!("{http2}-{number}");
            let mut batch = Conversation::begin(&node, "/v1/entries/batch", http2, line(&reference(1))).await;
            assert_eq!(batch.result().await.unwrap()["created"], true);
            revoke_tokens(&node).await;
            batch.lines.send(line(&reference(2))).await.unwrap();
            let last = batch.result().await.unwrap();
            assert_eq!(last["line"], 2);
            assert_eq!(
                last["problem"]["type"],
                ProblemType::Unauthenticated.uri(),
                "{last}"
            );
            assert_eq!(batch.result().await, None);
        }
        let query = lianfang_sdk::EntryQuery::default();
        let listed = node.operator().entries(&query).await.unwrap();
        assert_eq!(listed.items.len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_end_when_the_token_stops_counting() {
    let node = TestNode::start().await;
    let request = node.raw().get(node.platform_url("/v1/events"));
    let request = request.bearer_auth(node.token(&[Scope::AlertsRead]));
    let mut events = request.send().await.unwrap();
    assert_eq!(events.chunk().await.unwrap().unwrap(), ": lianfang\nid: 0\n\n");
    revoke_tokens(&node).await;
    // It ends in place of what comes next, be it only the sign that it lives.
    assert_eq!(events.chunk().await.unwrap().unwrap_or_default(), "");
}

async fn revoke_tokens(node: &TestNode) {
    let said = lianfang(node.data(), &["token", "rotate", "--keep", "0"], "").await;
    assert_eq!(said.code, 0, "{}", said.err);
    node.doors.upkeep().look().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_stays_when_the_connection_breaks_and_is_not_doubled_when_it_is_sent_again() {
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        // They say when they were decided, so that they are made once.
        let lines = ["1", "2", "3", "4", "5"].map(line);
        let mut broken = Conversation::begin(&node, "/v1/entries/batch", true, lines[0].clone()).await;
        broken.lines.send(lines[1..3].concat()).await.unwrap();
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(broken.result().await.unwrap()["id"].clone());
        }
        // Half a line, and then nobody is there any more.
        broken.lines.send(lines[3][..40].to_owned()).await.unwrap();
        drop(broken);
        let again = send(&node, "/v1/entries/batch", lines.concat()).await;
        let created: Vec<_> = again.iter().map(|result| result["created"].as_bool()).collect();
        let expected = [false, false, false, true, true].map(Some);
        assert_eq!(created, expected, "{backend:?}: {again:?}");
        assert!(again.iter().zip(&ids).all(|(result, id)| result["id"] == *id));
        let listed = node
            .operator()
            .entries(&lianfang_sdk::EntryQuery::default())
            .await
            .unwrap();
        assert_eq!(listed.items.len(), 5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_over_the_limit_is_refused_alone() {
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        let long = format!(
            "{{\"purpose\":\"{}\"}}\n",
            "x".repeat(node.config.limits.body_bytes)
        );
        for (path, good) in [
            ("/v1/entries/batch", [line("1"), line("2")]),
            ("/v1/screenings/batch", [screening("1"), screening("2")]),
        ] {
            let [first, last] = good;
            let results = send(&node, path, format!("{first}{long}{last}")).await;
            assert_eq!(results.len(), 3, "{path}");
            let problem: Problem = serde_json::from_value(results[1]["problem"].clone()).unwrap();
            assert_eq!(problem.kind(), Some(ProblemType::TooLarge));
            assert!(
                results[0]["problem"].is_null() && results[2]["problem"].is_null(),
                "{results:?}"
            );
            assert_eq!(results[2]["line"], 3);
        }
    }
}

/// Lines whose number nobody has kept are found by it.
#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_wrong_is_still_answered_by_the_name_that_it_gives_itself() {
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        let wrong = |name: Value| json!({ "client_reference": name, "colour": "red" }).to_string();
        let lines = [
            wrong("case-1".into()),
            wrong("x".repeat(200).into()),
            wrong("x".repeat(201).into()),
            wrong(7.into()),
            wrong("\0".into()),
            "{\"client_reference\":\"case-2\"".to_owned(),
        ];
        let said = [
            Some("case-1".to_owned()),
            Some("x".repeat(200)),
            None,
            None,
            None,
            None,
        ];
        for path in [
            "/v1/entries/batch",
            "/v1/screenings/batch",
            "/v1/monitored-subjects/batch",
        ] {
            let results = send(&node, path, lines.join("\n")).await;
            let names: Vec<_> = results
                .iter()
                .map(|result| result["client_reference"].as_str().map(str::to_owned))
                .collect();
            assert_eq!(names, said, "{path}");
            assert!(
                results.iter().all(|result| result["problem"].is_object()),
                "{results:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_announces_more_bytes_than_are_taken_is_refused_before_it_is_read() {
    let limits = "[limits]\nbody_bytes = 1000\nbatch_bytes = 2000\n";
    let node = TestNode::start_with(|text| text.replace("[limits]\n", limits)).await;
    let request = node
        .raw()
        .post(node.platform_url("/v1/entries/batch"))
        .bearer_auth(node.token(&[Scope::EntriesWrite]))
        .header("content-type", "application/x-ndjson")
        .body(line("1").repeat(10));
    assert_eq!(
        request.send().await.unwrap().status(),
        StatusCode::PAYLOAD_TOO_LARGE
    );
}
