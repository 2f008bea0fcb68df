//! The roster and its alerts over the platform door, on both databases.

use lianfang_node::auth::Scope;
use lianfang_sdk::{AlertQuery, Client};
use lianfang_store::testing::Backend;
use lianfang_wire::ProblemType;
use lianfang_wire::alert::{AlertChange, AlertDecision, AlertOutcome, AlertState};
use lianfang_wire::entry::{NewEvent, Subject};
use lianfang_wire::roster::RosterLine;
use lianfang_wire::vocabulary::EventType;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::entries::{OFFENDER, typed};
use crate::harness::node::TestNode;

const BACKENDS: [Backend; 2] = [Backend::Sqlite, Backend::Postgres];
const ROSTER: &[Scope] = &[Scope::RosterRead, Scope::RosterWrite];
const ALERTS: &[Scope] = &[Scope::AlertsRead, Scope::AlertsWrite];

fn seller(code: &str) -> Subject {
    serde_json::from_value(json!({
        "type": "seller", "identifiers": [{ "kind": "cn_uscc", "value": code, "verified": true }],
    }))
    .unwrap()
}

fn decision(outcome: AlertOutcome) -> AlertDecision {
    AlertDecision {
        outcome,
        reviewer: "staff-7".to_owned(),
        reason: "papers seen".to_owned(),
    }
}

/// Sends a request as it stands and gives status and body.
async fn raw(
    node: &TestNode,
    method: Method,
    path: &str,
    scopes: &[Scope],
    body: &str,
) -> (StatusCode, Value) {
    let kind = if path.ends_with("batch") {
        "application/x-ndjson"
    } else {
        "application/json"
    };
    let answer = node
        .raw()
        .request(method, node.platform_url(path))
        .bearer_auth(node.token(scopes))
        .header("content-type", kind)
        .body(body.to_owned())
        .send()
        .await
        .unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::Null))
}

/// What hasn't come by then doesn't come.
const NEVER: std::time::Duration = std::time::Duration::from_secs(60);

/// A seller in the roster about whom an alert is open.
async fn alerted(node: &TestNode) -> Client {
    let operator = node.operator();
    operator.monitor("shop-1", seller(OFFENDER)).await.unwrap();
    operator.record_entry(&typed("case-1")).await.unwrap();
    operator.build_digests::<Value>().await.unwrap();
    operator
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_that_is_taken_stays_whose_it_is_when_the_caller_says_so() {
    const OTHER: &str = "91990001LF00000169";
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        let put = async |condition: &str, code: &str| {
            let request = node.raw().put(node.platform_url("/v1/monitored-subjects/shop-1"));
            let request = request.header("if-none-match", condition);
            let body = json!({ "subject": seller(code) });
            let answer = request.bearer_auth(node.token(ROSTER)).json(&body).send().await;
            answer.unwrap().status()
        };
        let watched = async || node.operator().monitored("shop-1").await.unwrap().subject;
        assert_eq!(put("*", OFFENDER).await, StatusCode::CREATED);
        for code in [OTHER, OFFENDER] {
            assert_eq!(put("*", code).await, StatusCode::PRECONDITION_FAILED);
            assert_eq!(watched().await, seller(OFFENDER));
        }
        assert_eq!(put("\"1\"", OTHER).await, StatusCode::BAD_REQUEST);
        node.operator().stop_monitoring("shop-1").await.unwrap();
        assert_eq!(put("*", OTHER).await, StatusCode::CREATED);
        assert_eq!(watched().await, seller(OTHER));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_comes_into_the_roster_is_replaced_and_leaves() {
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        let path = "/v1/monitored-subjects/shop%2F1";
        let body = json!({ "subject": seller(OFFENDER) }).to_string();
        let (status, put) = raw(&node, Method::PUT, path, ROSTER, &body).await;
        assert_eq!(
            (status, &put["complete"]),
            (StatusCode::CREATED, &json!(true)),
            "{put}"
        );
        assert_eq!(put["client_reference"], "shop/1");
        let (status, _) = raw(&node, Method::PUT, path, ROSTER, &body).await;
        assert_eq!(status, StatusCode::OK);
        let client = node.platform(ROSTER);
        let shown = client.monitored("shop/1").await.unwrap();
        assert_eq!(shown.subject, seller(OFFENDER));
        assert_eq!(client.roster().await.unwrap().subjects, 1);
        client.stop_monitoring("shop/1").await.unwrap();
        for refused in [
            client.stop_monitoring("shop/1").await.unwrap_err(),
            client.monitored("shop/1").await.unwrap_err(),
        ] {
            assert_eq!(refused.kind(), Some(ProblemType::NotFound));
        }
        assert_eq!(client.roster().await.unwrap().subjects, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subject_that_breaks_a_rule_is_refused_by_field() {
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        let path = "/v1/monitored-subjects/shop-1";
        let refusals = [
            (
                json!({ "subject": seller("91350100M000100Y44") }),
                "/subject/identifiers/0",
            ),
            (
                json!({ "subject": { "type": "seller", "identifiers": [] } }),
                "/subject/identifiers",
            ),
            (
                json!({ "subject": { "type": "shop", "identifiers": [] } }),
                "/subject/type",
            ),
            (json!({ "subject": seller(OFFENDER), "colour": 1 }), "/colour"),
        ];
        for (body, field) in refusals {
            let (status, problem) = raw(&node, Method::PUT, path, ROSTER, &body.to_string()).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
            assert_eq!(problem["errors"][0]["field"], field, "{problem}");
            assert!(!problem.to_string().contains("91350100M000100Y44"));
        }
        let (status, _) = raw(&node, Method::PUT, path, ROSTER, "{").await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_answers_every_line_and_is_done_once_under_a_key() {
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        let client = node.platform(ROSTER).keyed("load-1");
        let line = |reference: &str, code| RosterLine {
            client_reference: reference.to_owned(),
            subject: seller(code),
        };
        let lines = [line("shop-1", OFFENDER), line("shop-2", "91350100M000100Y44")];
        let results = client.monitor_all(&lines).await.unwrap();
        assert_eq!(
            (results[0].created, results[0].complete),
            (Some(true), Some(true))
        );
        assert_eq!(
            results[1].problem.as_ref().unwrap().kind(),
            Some(ProblemType::Invalid)
        );
        assert_eq!(client.monitor_all(&lines).await.unwrap(), results);
        let other = client.monitor_all(&lines[..1]).await.unwrap_err();
        assert_eq!(other.kind(), Some(ProblemType::IdempotencyMismatch));
        let (status, first) = raw(
            &node,
            Method::POST,
            "/v1/monitored-subjects/batch",
            ROSTER,
            "{\"client_reference\":1}",
        )
        .await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(first["problem"]["errors"][0]["field"], "/client_reference");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_listed_and_resolved_once() {
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        alerted(&node).await;
        let client = node.platform(ALERTS);
        let page = client.alerts(&AlertQuery::default()).await.unwrap();
        assert_eq!((page.items.len(), page.next_cursor), (1, None));
        let alert = &page.items[0];
        assert_eq!(
            (alert.state, alert.matches[0].kind.as_str()),
            (AlertState::Open, "cn_uscc")
        );
        let keyed = client.keyed("resolve-1");
        let resolved = keyed
            .resolve_alert(alert.id, &decision(AlertOutcome::Acted))
            .await
            .unwrap();
        assert_eq!(resolved.decision.as_ref().unwrap().actor, "erp");
        assert_eq!(
            keyed
                .resolve_alert(alert.id, &decision(AlertOutcome::Acted))
                .await
                .unwrap(),
            resolved
        );
        let refused = client
            .resolve_alert(alert.id, &decision(AlertOutcome::NotOurs))
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), Some(ProblemType::Conflict));
        let open = AlertQuery {
            state: Some(AlertState::Open),
            ..AlertQuery::default()
        };
        assert!(client.alerts(&open).await.unwrap().items.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_that_do_not_exist_and_decisions_that_say_nothing_are_refused() {
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        let client = node.platform(ALERTS);
        let nobody = client
            .resolve_alert(uuid::Uuid::nil(), &decision(AlertOutcome::Acted))
            .await
            .unwrap_err();
        assert_eq!(nobody.kind(), Some(ProblemType::NotFound));
        let silent = AlertDecision {
            reason: " ".to_owned(),
            ..decision(AlertOutcome::Acted)
        };
        let refused = client
            .resolve_alert(uuid::Uuid::nil(), &silent)
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), Some(ProblemType::Invalid));
        for path in [
            "/v1/alerts?state=nowhere",
            "/v1/alerts?cursor=x",
            "/v1/alerts?page=2",
        ] {
            let (status, problem) = raw(&node, Method::GET, path, ALERTS, "").await;
            assert_eq!(status, StatusCode::BAD_REQUEST, "{path}: {problem}");
        }
        let (status, _) = raw(&node, Method::POST, "/v1/alerts/x/resolve", ALERTS, "{}").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_route_asks_for_its_own_scope() {
    let node = TestNode::start().await;
    let subject = "/v1/monitored-subjects/shop-1";
    let resolve = "/v1/alerts/00000000-0000-0000-0000-000000000000/resolve";
    let routes = [
        (Method::PUT, subject, Scope::RosterRead),
        (Method::DELETE, subject, Scope::RosterRead),
        (Method::GET, subject, Scope::RosterWrite),
        (Method::POST, "/v1/monitored-subjects/batch", Scope::RosterRead),
        (Method::GET, "/v1/roster", Scope::AlertsRead),
        (Method::GET, "/v1/alerts", Scope::RosterRead),
        (Method::GET, "/v1/events", Scope::AlertsWrite),
        (Method::POST, resolve, Scope::AlertsRead),
    ];
    for (method, path, other) in routes {
        let (status, _) = raw(&node, method.clone(), path, &[other], "{}").await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_hears_what_happens_and_goes_on_where_it_stopped() {
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        let mut stream = node.platform(ALERTS).follow_alerts(None).await.unwrap();
        let operator = alerted(&node).await;
        let opened = stream.next().await.unwrap().unwrap();
        assert_eq!(
            (opened.change, opened.alert.client_reference.as_str()),
            (AlertChange::Opened, "shop-1")
        );
        drop(stream);
        let entry = operator.entry(opened.alert.finding.entry).await.unwrap();
        let withdrawn = NewEvent {
            kind: EventType::Withdrawn,
            reason: None,
            reference: None,
        };
        operator
            .entry_event(entry.id, entry.revision, &withdrawn)
            .await
            .unwrap();
        let mut stream = node
            .platform(ALERTS)
            .follow_alerts(Some(opened.seq))
            .await
            .unwrap();
        let closed = stream.next().await.unwrap().unwrap();
        assert_eq!(closed.change, AlertChange::Closed);
        assert_eq!(closed.alert.ended_by.as_deref(), Some("withdrawn"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_alerts_and_has_heard_nothing_yet_misses_nothing_while_it_comes_again() {
    for backend in BACKENDS {
        let node = TestNode::start_on(backend).await;
        let follow = async |seen: Option<&str>| {
            let request = node.raw().get(node.platform_url("/v1/events"));
            let request = request.bearer_auth(node.token(ALERTS));
            let request = seen
                .iter()
                .fold(request, |request, id| request.header("Last-Event-ID", *id));
            request.send().await.unwrap()
        };
        let mut stream = follow(None).await;
        let greeting = stream.chunk().await.unwrap().unwrap();
        let greeting = std::str::from_utf8(&greeting).unwrap();
        let id = greeting.lines().find_map(|line| line.strip_prefix("id: "));
        drop(stream);
        alerted(&node).await;
        let mut stream = follow(id).await;
        stream.chunk().await.unwrap().unwrap();
        let next = tokio::time::timeout(NEVER, stream.chunk()).await;
        let next = next.expect("nothing was told").unwrap().unwrap();
        assert!(next.windows(12).any(|part| part == b"alert.opened"), "{next:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_in_the_stream_that_is_no_number_is_refused_and_stopping_ends_the_stream() {
    let mut node = TestNode::start().await;
    let answer = node
        .raw()
        .get(node.platform_url("/v1/events"))
        .bearer_auth(node.token(ALERTS))
        .header("Last-Event-ID", "latest")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let (status, _) = raw(&node, Method::GET, "/v1/events?after=x", ALERTS, "").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let mut stream = node.platform(ALERTS).follow_alerts(None).await.unwrap();
    node.close().await;
    assert!(matches!(stream.next().await, Ok(None) | Err(_)));
}
