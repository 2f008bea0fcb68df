//! Screening over HTTPS beside a small fixed JSON document from the same listener, and beside the same signed-in request
//! with a word in it that is refused after everything has been read: what the work itself adds to TLS, HTTP and the
//! client. Then the same screenings as lines of batches, which platforms screen their stock with. `scripts/bench door`
//! prints a JSON list. By processor time means: as many as one core can do, which doesn't depend on what else the
//! machine does.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and ends at the first surprise"
)]

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/it/harness/mod.rs"]
mod harness;
#[path = "../processes/processor.rs"]
mod processor;

use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use lianfang_node::auth::Scope;
use lianfang_wire::screening::ScreeningResult;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::harness::node::TestNode;

/// The allocator of the node.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Requests under way at once.
const IN_FLIGHT: usize = 64;
/// Connections they share.
const CONNECTIONS: usize = 8;
const REQUESTS: usize = 8_000;
/// Lines of one batch, and batches under way at once.
const LINES: usize = 1_000;
const BATCHES: usize = 2;
const ROUNDS: usize = 7;
/// Synthetic applicants; each is screened many times, so that its token is cached.
const APPLICANTS: [&str; 4] = [
    "91110108661572276L",
    "91130105MA0FRNGTXX",
    "91350100M000100Y43",
    "91440300708461136T",
];

#[tokio::main]
async fn main() {
    let unlimited = "[limits]\nplatform_per_minute = 100000000\npublic_per_minute = 100000000";
    let node = TestNode::start_with(|text| text.replace("[limits]", unlimited)).await;
    let clients: Vec<_> = (0..CONNECTIONS).map(|_| node.raw()).collect();
    let client = |place: usize| &clients[place % CONNECTIONS];
    let token = node.token(&[Scope::ScreeningsWrite]);
    let (hello, screening) = (
        node.platform_url("/.well-known/jwks.json"),
        node.platform_url("/v1/screenings"),
    );
    let batch = node.platform_url("/v1/screenings/batch");
    let hello = |place| client(place).get(&hello);
    // Made once: what is measured isn't how fast a client writes JSON.
    let [asked, wrong] = ["onboarding", "no purpose"].map(applicants);
    let lines = Bytes::from(
        asked
            .iter()
            .cycle()
            .take(LINES)
            .fold(Vec::new(), |mut all, line| {
                all.extend_from_slice(line);
                all.push(b'\n');
                all
            }),
    );
    let send = |place: usize, url: &str, kind: &'static str, body: &Bytes| {
        let post = client(place).post(url).bearer_auth(&token);
        post.header("content-type", kind).body(body.clone())
    };
    let post = |place, bodies: &[Bytes]| {
        send(
            place,
            &screening,
            "application/json",
            &bodies[place % APPLICANTS.len()],
        )
    };
    let screen = |place| post(place, &asked);
    let refused = |place| post(place, &wrong);
    let screen_lines = |place| send(place, &batch, "application/x-ndjson", &lines);
    let (good, made, bad) = (
        StatusCode::OK,
        StatusCode::CREATED,
        StatusCode::UNPROCESSABLE_ENTITY,
    );
    // Warm-up, which also fills the cache of tokens.
    round(&hello, good, REQUESTS).await;
    round(&screen, made, REQUESTS).await;
    round(&refused, bad, REQUESTS).await;
    let answers = ask(screen_lines(0), good).await;
    for line in answers
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let answer: ScreeningResult = serde_json::from_slice(line).unwrap();
        assert!(answer.result.is_some(), "{:?}", answer.problem);
    }
    let (mut plain, mut floor) = (Vec::new(), Vec::new());
    let (mut work, mut batched) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        plain.push(round(&hello, good, REQUESTS).await);
        floor.push(round(&refused, bad, REQUESTS).await);
        work.push(round(&screen, made, REQUESTS).await);
        batched.push(batches(&screen_lines, good).await);
    }
    let mut report = Vec::new();
    for (beside, costs) in [
        ("a fixed document", &plain),
        ("the same request, refused", &floor),
    ] {
        let mut compare = |how: &str, time: fn(&Cost) -> Duration| {
            let metric = format!("screening over HTTPS, cached token, {how}, beside {beside}");
            report.push(row(&metric, rate(time, &work), "1/s", rate(time, costs)));
        };
        compare("64 in flight", |cost| cost.time);
        compare("by processor time", |cost| cost.processor);
    }
    for (how, time) in [
        ("time", (|cost| cost.time) as fn(&Cost) -> Duration),
        ("processor time", |cost| cost.processor),
    ] {
        let metric = format!(
            "screening over HTTPS as a line of a batch, cached token, by {how}, beside a fixed document"
        );
        report.push(row(&metric, rate(time, &batched), "1/s", rate(time, &plain)));
    }
    let (fast, slow) = alone(&screen, made).await;
    let (plain_fast, plain_slow) = alone(&hello, good).await;
    report.push(row(
        "screening over HTTPS, one at a time, median",
        fast,
        "us",
        plain_fast,
    ));
    report.push(row(
        "screening over HTTPS, one at a time, p99",
        slow,
        "us",
        plain_slow,
    ));
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
}

/// Requests a second, of the fastest round.
fn rate(time: fn(&Cost) -> Duration, costs: &[Cost]) -> f64 {
    REQUESTS as f64 / costs.iter().map(time).min().unwrap().as_secs_f64()
}

fn row(metric: &str, value: f64, unit: &str, baseline: f64) -> Value {
    json!({ "metric": metric, "value": value, "unit": unit, "baseline": baseline, "ratio": value / baseline })
}

/// A request about each of them.
fn applicants(purpose: &str) -> [Bytes; APPLICANTS.len()] {
    APPLICANTS.map(|code| Bytes::from(applicant(code, purpose).to_string()))
}

fn applicant(code: &str, purpose: &str) -> Value {
    json!({
        "purpose": purpose,
        "client_reference": "bench",
        "subject": { "type": "seller", "identifiers": [{ "kind": "cn_uscc", "value": code, "verified": true }] },
    })
}

/// What a round took.
struct Cost {
    time: Duration,
    /// Of node and client together.
    processor: Duration,
}

async fn round(request: &impl Fn(usize) -> RequestBuilder, answer: StatusCode, count: usize) -> Cost {
    let answers = stream::iter(0..count).map(|place| ask(request(place), answer));
    cost_of(answers.buffer_unordered(IN_FLIGHT).collect::<Vec<_>>()).await
}

/// As many screenings as in a round, each a line.
async fn batches(request: &impl Fn(usize) -> RequestBuilder, answer: StatusCode) -> Cost {
    let answers = stream::iter(0..REQUESTS / LINES).map(async |place| {
        let text = ask(request(place), answer).await;
        assert_eq!(text.iter().filter(|byte| **byte == b'\n').count(), LINES);
    });
    cost_of(answers.buffer_unordered(BATCHES).collect::<Vec<_>>()).await
}

async fn cost_of(work: impl Future) -> Cost {
    let (begun, before) = (Instant::now(), processor::used());
    work.await;
    Cost {
        time: begun.elapsed(),
        processor: processor::used() - before,
    }
}

/// Median and 99th percentile of one request after another, in microseconds.
async fn alone(request: &impl Fn(usize) -> RequestBuilder, answer: StatusCode) -> (f64, f64) {
    let mut times = Vec::with_capacity(REQUESTS);
    for place in 0..REQUESTS {
        let begun = Instant::now();
        ask(request(place), answer).await;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let at = |share: usize| times[times.len() * share / 100].as_secs_f64() * 1e6;
    (at(50), at(99))
}

async fn ask(request: RequestBuilder, expected: StatusCode) -> Bytes {
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), expected);
    answer.bytes().await.unwrap()
}
