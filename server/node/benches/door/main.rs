//! Screening over HTTPS beside a small fixed JSON document from the same listener, and beside the same signed-in request
//! with a word in it that is refused after everything has been read: what the work itself adds to TLS, HTTP and the
//! client. Then the same screenings as lines of batches: small ones, as a sign-up that brings everybody behind a shop, and
//! large ones, which platforms screen their stock with. `scripts/bench door` prints a JSON list. By processor time
//! means: as many as one core can do, which doesn't depend on what else the machine does. `LIANFANG_DOOR_REQUESTS` and
//! `LIANFANG_DOOR_ROUNDS` make it shorter or longer.

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
/// Requests of a round, and rounds of each kind.
const REQUESTS: usize = 8_000;
const ROUNDS: usize = 7;
/// Lines of one batch, and batches under way at once.
const BATCHES: [(usize, usize); 4] = [(2, 64), (4, 64), (16, 16), (1_000, 2)];
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
    let (requests, rounds) = (
        setting("LIANFANG_DOOR_REQUESTS", REQUESTS),
        setting("LIANFANG_DOOR_ROUNDS", ROUNDS),
    );
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
    let bodies = BATCHES.map(|(lines, _)| lines_of(&asked, lines));
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
    let screen_lines = |body: usize, place| send(place, &batch, "application/x-ndjson", &bodies[body]);
    let (good, made, bad) = (
        StatusCode::OK,
        StatusCode::CREATED,
        StatusCode::UNPROCESSABLE_ENTITY,
    );
    // Warm-up, which also fills the cache of tokens.
    round(&hello, good, requests).await;
    round(&screen, made, requests).await;
    round(&refused, bad, requests).await;
    let answers = ask(screen_lines(BATCHES.len() - 1, 0), good).await;
    for line in answers
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let answer: ScreeningResult = serde_json::from_slice(line).unwrap();
        assert!(answer.result.is_some(), "{:?}", answer.problem);
    }
    let mut costs = Costs::default();
    for _ in 0..rounds {
        costs.plain.push(round(&hello, good, requests).await);
        costs.refused.push(round(&refused, bad, requests).await);
        costs.screened.push(round(&screen, made, requests).await);
        for (body, batched) in costs.batched.iter_mut().enumerate() {
            batched.push(batches(BATCHES[body], &|place| screen_lines(body, place), requests).await);
        }
    }
    let mut report = costs.rows(requests);
    let (plain_fast, plain_slow) = alone(&hello, good, requests).await;
    let mut compare = |what: &str, (fast, slow): (f64, f64)| {
        for (which, value, baseline) in [("median", fast, plain_fast), ("p99", slow, plain_slow)] {
            report.push(row(
                &format!("{what}, one at a time, {which}"),
                value,
                "us",
                baseline,
            ));
        }
    };
    compare("screening over HTTPS", alone(&screen, made, requests).await);
    for (body, (lines, _)) in BATCHES.iter().enumerate().take(BATCHES.len() - 1) {
        let times = alone(&|place| screen_lines(body, place), good, requests).await;
        compare(&format!("batch of {lines} over HTTPS"), times);
    }
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
}

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).map_or(default, |text| text.parse().unwrap())
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

/// A body of `count` lines about all of them in turn.
fn lines_of(asked: &[Bytes], count: usize) -> Bytes {
    let lines = asked.iter().cycle().take(count);
    let text = lines.fold(Vec::new(), |mut all, line| {
        all.extend_from_slice(line);
        all.push(b'\n');
        all
    });
    text.into()
}

/// What a round took.
struct Cost {
    time: Duration,
    /// Of node and client together.
    processor: Duration,
}

/// Of each kind of round.
#[derive(Default)]
struct Costs {
    plain: Vec<Cost>,
    refused: Vec<Cost>,
    screened: Vec<Cost>,
    batched: [Vec<Cost>; BATCHES.len()],
}

impl Costs {
    fn rows(&self, requests: usize) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut compare = |what: &str, costs: &[Cost], beside: &str, baseline: &[Cost]| {
            for (how, time) in [
                ("time", (|cost| cost.time) as fn(&Cost) -> Duration),
                ("processor time", |cost| cost.processor),
            ] {
                let rate =
                    |costs: &[Cost]| requests as f64 / costs.iter().map(time).min().unwrap().as_secs_f64();
                let metric = format!("screening over HTTPS, {what}, by {how}, beside {beside}");
                rows.push(row(&metric, rate(costs), "1/s", rate(baseline)));
            }
        };
        let one = "64 requests under way";
        compare(one, &self.screened, "a fixed document", &self.plain);
        compare(one, &self.screened, "the same request, refused", &self.refused);
        for ((lines, _), batched) in BATCHES.iter().zip(&self.batched) {
            let what = format!("as a line of a batch of {lines}");
            compare(&what, batched, "a fixed document", &self.plain);
        }
        rows
    }
}

async fn round(request: &impl Fn(usize) -> RequestBuilder, answer: StatusCode, count: usize) -> Cost {
    let answers = stream::iter(0..count).map(|place| ask(request(place), answer));
    cost_of(answers.buffer_unordered(IN_FLIGHT).collect::<Vec<_>>()).await
}

/// `screenings` of them, each a line.
async fn batches(
    (lines, under_way): (usize, usize),
    request: &impl Fn(usize) -> RequestBuilder,
    screenings: usize,
) -> Cost {
    let answers = stream::iter(0..screenings / lines).map(async |place| {
        let text = ask(request(place), StatusCode::OK).await;
        assert_eq!(text.iter().filter(|byte| **byte == b'\n').count(), lines);
    });
    cost_of(answers.buffer_unordered(under_way).collect::<Vec<_>>()).await
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
async fn alone(request: &impl Fn(usize) -> RequestBuilder, answer: StatusCode, count: usize) -> (f64, f64) {
    let mut times = Vec::with_capacity(count);
    for place in 0..count {
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
