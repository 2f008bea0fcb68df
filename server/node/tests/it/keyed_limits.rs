//! What is held in memory for a request under an `Idempotency-Key`: its body, and the answer that is kept.

use futures_util::{StreamExt as _, stream};
use lianfang_node::auth::Scope;
use lianfang_store::testing::Backend;
use lianfang_wire::{Problem, ProblemType};
use reqwest::{Body, Response};
use serde_json::{Value, json};

use crate::harness::entries::entry;
use crate::harness::node::TestNode;

const ONE: usize = 100_000;
const BATCH: usize = 200_000;
const JSON: &str = "application/json";
const LINES: &str = "application/x-ndjson";

async fn node_on(backend: Backend, keyed: usize) -> TestNode {
    TestNode::start_on_with(backend, |text| {
        text.replace("#body_bytes = 1048576", &format!("body_bytes = {ONE}"))
            .replace("#keyed_bytes = 4194304", &format!("keyed_bytes = {keyed}"))
    })
    .await
}

/// A request under a key.
struct Sent<'a> {
    node: &'a TestNode,
    http2: bool,
    path: &'a str,
    media_type: &'a str,
}

impl Sent<'_> {
    async fn under(&self, key: &str, body: impl Into<Body>) -> Response {
        let request = self
            .node
            .raw_over(self.http2)
            .post(self.node.platform_url(self.path))
            .bearer_auth(self.node.token(Scope::ALL))
            .header("idempotency-key", key)
            .header("content-type", self.media_type);
        request.body(body).send().await.unwrap()
    }
}

/// A screening and as many blanks as make it so long.
fn screening(length: usize, blank: char) -> String {
    let asked = json!({ "purpose": "payout", "subject": { "type": "seller", "identifiers": [
        { "kind": "cn_uscc", "value": "91990001LF00000169" },
    ]}});
    let text = asked.to_string();
    let blanks = length - text.len();
    text + &blank.to_string().repeat(blanks)
}

/// What is one byte longer than is taken: with its length said, or so that its end never comes.
fn too_long(limit: usize, announced: bool) -> Body {
    let bytes = vec![b' '; limit + 1];
    match announced {
        true => bytes.into(),
        false => {
            let sent = stream::iter([Ok::<_, std::io::Error>(bytes)]);
            Body::wrap_stream(sent.chain(stream::pending()))
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_under_a_key_that_is_over_its_route_s_limit_is_413_on_both_versions_of_http_announced_or_not()
{
    let node = node_on(Backend::Sqlite, BATCH).await;
    for (path, media_type, limit, blank) in [
        ("/v1/screenings", JSON, ONE, ' '),
        ("/v1/screenings/batch", LINES, BATCH, '\n'),
    ] {
        for (http2, announced) in [(false, false), (false, true), (true, false), (true, true)] {
            let sent = Sent {
                node: &node,
                http2,
                path,
                media_type,
            };
            let key = format!("{path}-{http2}-{announced}");
            let refused = sent.under(&key, too_long(limit, announced)).await;
            assert_eq!(refused.status(), 413, "{key}");
            let refused: Problem = serde_json::from_slice(&refused.bytes().await.unwrap()).unwrap();
            assert_eq!(refused.kind(), Some(ProblemType::TooLarge), "{key}");
            let detail = refused.detail.unwrap();
            assert!(detail.contains(&limit.to_string()), "{detail}");
            assert_eq!(detail.contains("no key"), path.ends_with("/batch"), "{detail}");
            let fits = sent.under(&key, screening(limit, blank)).await;
            assert!(fits.status().is_success(), "{key}: {}", fits.status());
        }
    }
}

/// An entry without a reference of the platform, and so many lines that are none.
fn batch(wrong: usize) -> String {
    let mut new = entry("none");
    new.as_object_mut().unwrap().remove("client_reference");
    format!("{new}\n{}", "0\n".repeat(wrong))
}

async fn results(answer: Response) -> Vec<Value> {
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_over_the_limit_is_given_whole_and_what_is_sent_again_is_found_and_not_replayed() {
    const WRONG: usize = 3_000;
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = node_on(backend, 20_000).await;
        let (long, short) = (batch(WRONG), batch(1));
        for http2 in [false, true] {
            let sent = Sent {
                node: &node,
                http2,
                path: "/v1/entries/batch",
                media_type: LINES,
            };
            let key = format!("key-{http2}");
            let first = results(sent.under(&key, long.clone()).await).await;
            let again = results(sent.under(&key, long.clone()).await).await;
            assert_eq!((first.len(), again.len()), (1 + WRONG, 1 + WRONG));
            assert_eq!(first[0]["id"], again[0]["id"]);
            assert_eq!(
                (&first[0]["created"], &again[0]["created"]),
                (&json!(true), &json!(false))
            );
            assert_eq!(first[1..], again[1..]);
            // What isn't over the limit is.
            let kept = results(sent.under("small", short.clone()).await).await;
            assert_eq!(results(sent.under("small", short.clone()).await).await, kept);
        }
    }
}
