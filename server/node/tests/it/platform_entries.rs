use lianfang_encoding::Timestamp;
use lianfang_node::auth::Scope;
use lianfang_sdk::{Client, EntryQuery, Error};
use lianfang_store::testing::Backend;
use lianfang_wire::ProblemType;
use lianfang_wire::entry::{Entry, NewEvent};
use lianfang_wire::vocabulary::{EventType, StateName};
use reqwest::StatusCode;

use crate::harness::entries::{entry, typed};
use crate::harness::node::{TestNode, without_jobs};

fn withdrawn() -> NewEvent {
    NewEvent {
        kind: EventType::Withdrawn,
        reason: Some("settled".to_owned()),
        reference: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_is_recorded_read_listed_moved_and_told() {
    let node = TestNode::start().await;
    let client = node.platform(&[Scope::EntriesRead, Scope::EntriesWrite]);
    let recorded = client.record_entry(&typed("case-1")).await.unwrap();
    assert_eq!(recorded.state, StateName::Active);
    assert_eq!(client.entry(recorded.id).await.unwrap(), recorded);
    let active = EntryQuery {
        state: Some(StateName::Active),
        ..EntryQuery::default()
    };
    assert_eq!(
        client.entries(&active).await.unwrap().items,
        std::slice::from_ref(&recorded)
    );
    let moved = client
        .entry_event(recorded.id, recorded.revision, &withdrawn())
        .await
        .unwrap();
    assert_eq!(moved.state, StateName::Withdrawn);
    let told: Vec<_> = client
        .timeline(recorded.id)
        .await
        .unwrap()
        .iter()
        .map(|event| event.kind)
        .collect();
    assert_eq!(told, [EventType::Created, EventType::Withdrawn]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recorded_entry_has_an_address_and_a_tag_and_a_repeated_one_is_the_same() {
    let node = TestNode::start().await;
    let body = entry("case-1");
    let post = async || {
        let request = node.raw().post(node.platform_url("/v1/entries")).json(&body);
        request
            .bearer_auth(node.token(&[Scope::EntriesWrite]))
            .send()
            .await
            .unwrap()
    };
    let first = post().await;
    assert_eq!(first.status(), StatusCode::CREATED);
    assert_eq!(first.headers()["etag"], "\"1\"");
    let place = first.headers()["location"].to_str().unwrap().to_owned();
    let recorded: Entry = serde_json::from_slice(&first.bytes().await.unwrap()).unwrap();
    assert_eq!(place, format!("/v1/entries/{}", recorded.id));
    let again = post().await;
    assert_eq!(
        (again.status(), again.headers()["location"].to_str().unwrap()),
        (StatusCode::OK, &*place)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_needs_a_condition_and_a_stale_one_is_told_the_present_state() {
    let node = TestNode::start().await;
    let recorded = node.operator().record_entry(&typed("case-1")).await.unwrap();
    let token = node.token(&[Scope::EntriesWrite]);
    let send = async |condition: Option<&str>| {
        let url = node.platform_url(&format!("/v1/entries/{}/events", recorded.id));
        let request = node.raw().post(url).bearer_auth(&token).json(&withdrawn());
        let request = match condition {
            Some(tag) => request.header("if-match", tag),
            None => request,
        };
        let answer = request.send().await.unwrap();
        serde_json::from_slice::<lianfang_wire::Problem>(&answer.bytes().await.unwrap()).unwrap()
    };
    assert_eq!(send(None).await.kind(), Some(ProblemType::PreconditionRequired));
    assert_eq!(send(Some("1")).await.kind(), Some(ProblemType::Malformed));
    for stale in ["\"2\"", "\"x\"", "W/\"1\""] {
        let problem = send(Some(stale)).await;
        assert_eq!(problem.kind(), Some(ProblemType::PreconditionFailed), "{stale}");
        let current: Entry = serde_json::from_value(problem.current.unwrap()).unwrap();
        assert_eq!(current, recorded);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_concurrent_changes_one_wins() {
    let node = TestNode::start().await;
    let client = node.operator();
    let recorded = client.record_entry(&typed("case-1")).await.unwrap();
    let event = withdrawn();
    let (one, other) = tokio::join!(
        client.entry_event(recorded.id, recorded.revision, &event),
        client.entry_event(recorded.id, recorded.revision, &event),
    );
    let refusals: Vec<_> = [one, other].into_iter().filter_map(Result::err).collect();
    assert_eq!(refusals.len(), 1);
    assert_eq!(refusals[0].kind(), Some(ProblemType::PreconditionFailed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_rule_and_an_unknown_audience_are_refused() {
    let node = TestNode::start().await;
    let client = node.operator();
    let mut nameless = typed("case-1");
    nameless.subject.identifiers.clear();
    let refused = client.record_entry(&nameless).await.unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemType::Invalid));
    let mut elsewhere = typed("case-2");
    elsewhere.sharing.audience = "nowhere".to_owned();
    let refused = client.record_entry(&elsewhere).await.unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemType::UnknownAudience));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_answers_every_line_and_can_be_sent_again() {
    let node = TestNode::start().await;
    let lines = format!("{}\n{{\"colour\":1}}\n\n{}\n", entry("1"), entry("2"));
    let send = async || {
        let request = node
            .raw()
            .post(node.platform_url("/v1/entries/batch"))
            .bearer_auth(node.token(&[Scope::EntriesWrite]))
            .header("content-type", "application/x-ndjson")
            .body(lines.clone());
        let text = request.send().await.unwrap().text().await.unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect::<Vec<serde_json::Value>>()
    };
    let first = send().await;
    let seen: Vec<_> = first
        .iter()
        .map(|line| (line["line"].clone(), line["created"].clone()))
        .collect();
    assert_eq!(
        seen,
        [
            (1.into(), true.into()),
            (2.into(), serde_json::Value::Null),
            (4.into(), true.into())
        ]
    );
    assert_eq!(first[1]["problem"]["errors"][0]["field"], "/colour");
    let again = send().await;
    assert_eq!(
        (&again[0]["created"], &again[0]["id"]),
        (&false.into(), &first[0]["id"])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_without_gap_or_repeat() {
    let node = TestNode::start().await;
    let client = node.operator();
    let batch: Vec<_> = (0..7).map(|number| typed(&number.to_string())).collect();
    client.record_entries(&batch).await.unwrap();
    let mut query = EntryQuery {
        limit: Some(3),
        ..EntryQuery::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = client.entries(&query).await.unwrap();
        seen.extend(
            page.items
                .into_iter()
                .filter_map(|entry| entry.content.client_reference),
        );
        match page.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => break,
        }
    }
    assert_eq!(seen, ["0", "1", "2", "3", "4", "5", "6"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_is_not_there_is_not_found() {
    let node = TestNode::start().await;
    let refused = node.operator().entry(uuid::Uuid::nil()).await.unwrap_err();
    assert!(
        matches!(&refused, Error::Refused(problem) if problem.status == 404),
        "{refused}"
    );
    assert!(!refused.is_transient());
}

#[tokio::test(flavor = "multi_thread")]
async fn any_revision_of_an_entry_may_be_moved_by_whoever_asks_for_any() {
    let node = TestNode::start().await;
    let recorded = node.operator().record_entry(&typed("case-1")).await.unwrap();
    let send = async |id: uuid::Uuid, kind: &str| {
        let request = node
            .raw()
            .post(node.platform_url(&format!("/v1/entries/{id}/events")));
        let request = request
            .bearer_auth(node.token(&[Scope::EntriesWrite]))
            .header("if-match", "*");
        let body = serde_json::json!({ "type": kind, "reason": "papers are looked at" });
        request.json(&body).send().await.unwrap()
    };
    for (revision, kind) in [(2, "suspended"), (3, "resumed")] {
        let moved = send(recorded.id, kind).await;
        assert_eq!(
            (moved.status(), &moved.headers()["etag"]),
            (StatusCode::OK, &format!("\"{revision}\"").parse().unwrap())
        );
    }
    let unknown = send(uuid::Uuid::new_v4(), "suspended").await;
    assert_eq!(unknown.status(), StatusCode::NOT_FOUND);
}

/// The entries in a state by their references, one on a page.
async fn listed(client: &Client, state: StateName) -> Vec<String> {
    let mut query = EntryQuery {
        state: Some(state),
        cursor: None,
        limit: Some(1),
    };
    let mut found = Vec::new();
    loop {
        let page = client.entries(&query).await.unwrap();
        assert!(page.items.iter().all(|entry| entry.state == state), "{page:?}");
        assert!(page.items.len() <= 1, "{page:?}");
        found.extend(
            page.items
                .into_iter()
                .filter_map(|entry| entry.content.client_reference),
        );
        match page.next_cursor {
            Some(cursor) => query.cursor = Some(cursor),
            None => return found,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_are_listed_by_the_state_that_counts_before_a_job_has_written_it_down() {
    use StateName::{Active, Contested, Expired, Released};
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let node = TestNode::start_with_clock_on(backend, "2027-01-01T12:00:00Z", without_jobs).await;
        let client = node.operator();
        // A contest has until the middle of January.
        for (reference, expires, contested) in [
            ("short", "2027-03-01T00:00:00Z", false),
            ("contested", "2027-03-01T00:00:00Z", true),
            ("short-too", "2027-03-01T00:00:00Z", false),
            ("long", "2027-12-01T00:00:00Z", false),
            ("expires-while-contested", "2027-01-05T00:00:00Z", true),
        ] {
            let mut new = typed(reference);
            new.expires = Timestamp::parse_rfc3339(expires).unwrap();
            let recorded = client.record_entry(&new).await.unwrap();
            if contested {
                let event = NewEvent {
                    kind: EventType::Contested,
                    ..withdrawn()
                };
                client
                    .entry_event(recorded.id, recorded.revision, &event)
                    .await
                    .unwrap();
            }
        }
        let all = async || {
            let mut all = Vec::new();
            for state in [Active, Contested, Expired, Released] {
                all.push(listed(&client, state).await.join(" "));
            }
            all
        };
        let contested = "contested expires-while-contested";
        assert_eq!(all().await, ["short short-too long", contested, "", ""]);
        node.set_clock("2027-01-08T12:00:00Z");
        let expired = "expires-while-contested";
        assert_eq!(all().await, ["short short-too long", "contested", expired, ""]);
        node.set_clock("2027-04-01T12:00:00Z");
        let after = ["long", "", "short short-too", contested];
        assert_eq!(all().await, after);
        assert_eq!(node.node().expire_entries().await.unwrap(), 4);
        assert_eq!(all().await, after);
    }
}
