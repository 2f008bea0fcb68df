//! Screening over HTTPS beside a small fixed JSON document from the same listener: what the work itself adds to TLS,
//! HTTP and the client. `scripts/bench door` prints a JSON list. By processor time means: as many as one core can do,
//! which doesn't depend on what else the machine does.

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

use futures_util::{StreamExt as _, stream};
use lianfang_node::auth::Scope;
use reqwest::RequestBuilder;
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
    let unlimited = "[limits]\nplatform_per_minute = 100000000";
    let node = TestNode::start_with(|text| text.replace("[limits]", unlimited)).await;
    let clients: Vec<_> = (0..CONNECTIONS).map(|_| node.raw()).collect();
    let client = |place: usize| &clients[place % CONNECTIONS];
    let token = node.token(&[Scope::ScreeningsWrite]);
    let (hello, screening) = (
        node.platform_url("/.well-known/jwks.json"),
        node.platform_url("/v1/screenings"),
    );
    let hello = |place| client(place).get(&hello);
    let screen = |place: usize| {
        client(place)
            .post(&screening)
            .bearer_auth(&token)
            .json(&applicant(APPLICANTS[place % APPLICANTS.len()]))
    };
    // Warm-up, which also fills the cache of tokens.
    round(&hello, REQUESTS).await;
    round(&screen, REQUESTS).await;
    let mut pairs = Vec::new();
    for _ in 0..ROUNDS {
        pairs.push((round(&hello, REQUESTS).await, round(&screen, REQUESTS).await));
    }
    let (plain, work): (Vec<Cost>, Vec<Cost>) = pairs.into_iter().unzip();
    let rate = |time: fn(&Cost) -> Duration, costs: &[Cost]| {
        REQUESTS as f64 / costs.iter().map(time).min().unwrap().as_secs_f64()
    };
    let (fast, slow) = alone(&screen).await;
    let (plain_fast, plain_slow) = alone(&hello).await;
    let report = [
        row(
            "screening over HTTPS, cached token, 64 in flight",
            rate(|cost| cost.time, &work),
            "1/s",
            rate(|cost| cost.time, &plain),
        ),
        row(
            "the same by processor time",
            rate(|cost| cost.processor, &work),
            "1/s",
            rate(|cost| cost.processor, &plain),
        ),
        row(
            "screening over HTTPS, one at a time, median",
            fast,
            "us",
            plain_fast,
        ),
        row("screening over HTTPS, one at a time, p99", slow, "us", plain_slow),
    ];
    println!("{}", serde_json::to_string_pretty(&report).unwrap());
}

fn row(metric: &str, value: f64, unit: &str, baseline: f64) -> Value {
    json!({ "metric": metric, "value": value, "unit": unit, "baseline": baseline, "ratio": value / baseline })
}

fn applicant(code: &str) -> Value {
    json!({
        "purpose": "onboarding",
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

async fn round(request: &impl Fn(usize) -> RequestBuilder, count: usize) -> Cost {
    let (begun, before) = (Instant::now(), processor::used());
    let answers = stream::iter(0..count).map(|place| ask(request(place)));
    answers.buffer_unordered(IN_FLIGHT).collect::<Vec<_>>().await;
    Cost {
        time: begun.elapsed(),
        processor: processor::used() - before,
    }
}

/// Median and 99th percentile of one request after another, in microseconds.
async fn alone(request: &impl Fn(usize) -> RequestBuilder) -> (f64, f64) {
    let mut times = Vec::with_capacity(REQUESTS);
    for place in 0..REQUESTS {
        let begun = Instant::now();
        ask(request(place)).await;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let at = |share: usize| times[times.len() * share / 100].as_secs_f64() * 1e6;
    (at(50), at(99))
}

async fn ask(request: RequestBuilder) {
    let answer = request.send().await.unwrap().error_for_status().unwrap();
    answer.bytes().await.unwrap();
}
