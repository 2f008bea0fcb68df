//! Traces as a collector of the operator's gets them: what was done, and nothing of whom it was about.

use std::net::TcpListener;

use lianfang_node::auth::Scope;
use lianfang_store::testing::Backend;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::harness::collector::{Collector, Delivered, endpoint};
use crate::harness::entries::{OFFENDER, typed};
use crate::harness::process::Process;
use crate::kills::federation::Federation;

/// The offender in a spelling of its own.
const SPELT: &str = "9135 0100 M000 100Y 43";
const PHONE: &str = "+86 139 1234 5678";
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

fn section(endpoint: &str, more: &str) -> String {
    format!("\n[traces]\nendpoint = \"{endpoint}\"\nsample_ratio = 1.0\n{more}\n")
}

fn screening() -> Value {
    json!({ "purpose": "onboarding", "client_reference": "case-secret-2", "subject": {
    "type": "seller", "identifiers": [
        { "kind": "cn_uscc", "value": SPELT, "verified": true },
        { "kind": "phone", "value": PHONE, "verified": false },
    ]}})
}

/// One screening at the platform door, with a header for traces.
async fn screened(node: &Process, token: &str, parent: &str) -> StatusCode {
    let client = crate::harness::federation::client(&node.authority(), None, false);
    let url = format!("https://{}/v1/screenings", node.platform);
    let answer = client
        .post(url)
        .bearer_auth(token)
        .header("traceparent", format!("00-{parent}-b7ad6b7169203331-01"))
        .header("tracestate", "case=secret-3")
        .json(&screening())
        .send()
        .await
        .unwrap();
    answer.status()
}

fn names_nobody(delivered: &Delivered, tokens: &[&str]) {
    let digits = PHONE.replace(' ', "");
    let mut secrets = vec![OFFENDER, SPELT, PHONE, &digits, &digits[3..], "secret", "Bearer"];
    secrets.extend(tokens.iter().flat_map(|token| token.split('.')));
    let told: Vec<_> = secrets
        .into_iter()
        .filter(|secret| delivered.says(secret))
        .collect();
    assert!(told.is_empty(), "{told:?}");
    for exported in &delivered.spans {
        assert!(exported.span.events.is_empty() && exported.span.links.is_empty());
        assert!(exported.span.trace_state.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_screening_is_traced_with_its_route_and_status_and_names_nobody() {
    let mut collector = Collector::start();
    let node = Process::serve(|text| text + &section(&collector.endpoint, "")).await;
    let token = node.token(&[Scope::ScreeningsWrite]);
    assert_eq!(screened(&node, &token, TRACE).await, StatusCode::CREATED);
    let other = node.token(&[Scope::EntriesWrite]);
    assert_eq!(screened(&node, &other, TRACE).await, StatusCode::FORBIDDEN);
    node.stop().await;
    let delivered = collector.delivered();
    names_nobody(&delivered, &[&token, &other]);
    let mut answered: Vec<_> = delivered
        .spans
        .iter()
        .filter(|exported| exported.text("http.route").as_deref() == Some("/v1/screenings"))
        .collect();
    answered.sort_by_key(|exported| exported.number("http.response.status_code"));
    let statuses = answered
        .iter()
        .map(|exported| exported.number("http.response.status_code"));
    assert_eq!(statuses.collect::<Vec<_>>(), [Some(201), Some(403)]);
    for exported in &answered {
        assert_eq!(exported.span.name, "POST /v1/screenings");
        assert_eq!(exported.text("lianfang.door").as_deref(), Some("platform"));
        // Nobody's trace is followed unless that is configured.
        assert!(exported.is_root());
    }
    let tokens = delivered.only("platform-a", "tokens");
    assert_eq!(tokens.number("lianfang.identifiers"), Some(2));
    assert_eq!(tokens.span.parent_span_id, answered[0].span.span_id);
    assert_eq!(tokens.span.trace_id, answered[0].span.trace_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_s_trace_is_followed_if_it_may_call_and_that_is_configured() {
    let mut collector = Collector::start();
    let node = Process::serve(|text| text + &section(&collector.endpoint, "follow_callers = true")).await;
    let token = node.token(&[Scope::ScreeningsWrite]);
    assert_eq!(screened(&node, &token, TRACE).await, StatusCode::CREATED);
    let stranger = "00000000000000000000000000000abc";
    assert_eq!(
        screened(&node, "nobody", stranger).await,
        StatusCode::UNAUTHORIZED
    );
    node.stop().await;
    let delivered = collector.delivered();
    names_nobody(&delivered, &[&token]);
    let of = |status| {
        let answered = |exported: &&_| status_of(exported) == Some(status);
        delivered.spans.iter().find(answered).unwrap()
    };
    let (followed, refused) = (of(201), of(401));
    assert_eq!(hex::encode(&followed.span.trace_id), TRACE);
    assert!(!followed.is_root() && refused.is_root());
    assert_ne!(hex::encode(&refused.span.trace_id), stranger);
}

fn status_of(exported: &crate::harness::collector::Exported) -> Option<i64> {
    exported.number("http.response.status_code")
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_of_other_members_are_in_the_trace_and_tie_no_two_companies_together() {
    let mut collector = Collector::start();
    let mut federation = Federation::start(Backend::Sqlite).await;
    for site in [&mut federation.publisher, &mut federation.reader] {
        site.process.kill().await;
        let file = site.data().join("lianfang.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        // Their connections to each other stay open: nobody has to wait for those.
        let text = text + "\n[limits]\nstop_seconds = 1\n" + &section(&collector.endpoint, "");
        std::fs::write(file, text).unwrap();
        site.serve_again().await;
    }
    let (publisher, reader) = (federation.publisher.operator(), federation.reader.operator());
    publisher.record_entry(&typed("case-secret-1")).await.unwrap();
    publisher.build_digests::<Value>().await.unwrap();
    reader.sync::<Value>(None, false).await.unwrap();
    let asked = serde_json::from_value(screening()).unwrap();
    let answer = reader.screen(&asked).await.unwrap();
    assert!(!answer.reasons.is_empty(), "the offender isn't found");
    federation.reader.process.stop().await;
    federation.publisher.process.stop().await;
    let delivered = collector.delivered();
    names_nobody(&delivered, &[]);
    let request = delivered.only("platform-b", "POST /v1/screenings");
    let records = delivered.only("platform-b", "records");
    let confirm = delivered.only("platform-b", "confirm");
    assert_eq!(confirm.text("lianfang.peer").as_deref(), Some("platform-a"));
    assert_eq!(confirm.text("lianfang.outcome").as_deref(), Some("answered"));
    assert_eq!(confirm.span.trace_id, request.span.trace_id);
    assert_eq!(confirm.span.parent_span_id, records.span.span_id);
    let asked = delivered.only("platform-a", "POST /federation/v1/confirm");
    assert!(asked.is_root());
    assert_eq!(asked.text("lianfang.peer"), None);
    let traces = |node: &str| {
        let of = delivered
            .spans
            .iter()
            .filter(move |exported| exported.node == node);
        of.map(|exported| exported.span.trace_id.clone())
            .collect::<Vec<_>>()
    };
    let (ours, theirs) = (traces("platform-b"), traces("platform-a"));
    assert!(ours.iter().all(|trace| !theirs.contains(trace)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_works_on_when_its_collector_is_down_and_says_so_once() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = endpoint(port.local_addr().unwrap());
    drop(port);
    let node = Process::serve(|text| text + &section(&nobody, "timeout_seconds = 1")).await;
    let token = node.token(&[Scope::ScreeningsWrite]);
    for _ in 0..3 {
        assert_eq!(screened(&node, &token, TRACE).await, StatusCode::CREATED);
    }
    let lines = node.stop().await;
    let said = |message: &str| lines.iter().filter(|line| line.contains(message)).count();
    assert_eq!(said("traces can't be delivered and are dropped"), 1, "{lines:#?}");
    assert_eq!(said("the node has stopped"), 1);
}

#[tokio::test]
async fn a_collector_that_can_t_be_believed_is_one_line() {
    let data = tempfile::tempdir().unwrap();
    let node = "[node]\nid = \"platform-a\"\nrole = \"platform\"\njurisdiction = \"CN\"\n";
    let traces = "[traces]\nendpoint = \"https://127.0.0.1:1/v1/traces\"\nauthorities = \"collector.pem\"\n";
    let file = data.path().join("lianfang.toml");
    std::fs::write(&file, format!("{node}{traces}")).unwrap();
    let arguments = ["serve", "--config", file.to_str().unwrap()];
    let said = crate::harness::command::lianfang(data.path(), &arguments, "").await;
    assert_eq!(said.code, 1);
    assert!(
        said.err.contains("traces.authorities: ") && said.err.lines().count() == 1,
        "{}",
        said.err
    );
}
