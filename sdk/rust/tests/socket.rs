//! What the client sends, and what it makes of answers, over a socket on which a test answers.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

use lianfang_sdk::wire::ProblemType;
use lianfang_sdk::wire::entry::NewEvent;
use lianfang_sdk::wire::vocabulary::EventType;
use lianfang_sdk::{Client, Error, Trust};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixListener;
use tokio::task::JoinHandle;

/// Answers one request with `status` and `body`, and gives back what was asked.
fn answering(status: &str, body: &str) -> (TempDir, Client, JoinHandle<String>) {
    announcing(body.len(), status, body)
}

/// The same, with a body that is announced to have so many bytes.
fn announcing(length: usize, status: &str, body: &str) -> (TempDir, Client, JoinHandle<String>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("operator.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
    let asked = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut asked = vec![0; 64 * 1024];
        let read = stream.read(&mut asked).await.unwrap();
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&asked[..read]).to_lowercase()
    });
    let client = Client::operator(&path).unwrap();
    (folder, client, asked)
}

fn withdrawn() -> NewEvent {
    NewEvent {
        kind: EventType::Withdrawn,
        reason: None,
        reference: None,
    }
}

#[tokio::test]
async fn a_refusal_keeps_the_node_s_problem_with_every_broken_rule() {
    let body = r#"{"type":"urn:lianfang:problem:invalid","title":"The input breaks a rule","status":422,
        "errors":[{"field":"/expires","rule":"a finding ends in the future","fix":"set a later time"}]}"#;
    let (_folder, client, _asked) = answering("422 Unprocessable Content", body);
    let refused = client.peers().await.unwrap_err();
    assert_eq!(refused.kind(), Some(ProblemType::Invalid));
    assert!(
        refused
            .to_string()
            .contains("/expires a finding ends in the future (set a later time)")
    );
    assert!(!refused.is_transient());
}

/// A keyed request that still runs is a conflict for now.
#[tokio::test]
async fn whoever_is_told_when_to_come_back_may_ask_again() {
    for (said, transient) in [(r#","retry_after":1"#, true), ("", false)] {
        let body = format!(
            r#"{{"type":"urn:lianfang:problem:conflict","title":"Present state forbids","status":409{said}}}"#
        );
        let (_folder, client, _asked) = answering("409 Conflict", &body);
        assert_eq!(
            client.peers().await.unwrap_err().is_transient(),
            transient,
            "{body}"
        );
    }
}

#[tokio::test]
async fn an_error_that_is_no_problem_document_keeps_its_status() {
    let (_folder, client, _asked) = answering("502 Bad Gateway", "<html>");
    let refused = client.peers().await.unwrap_err();
    assert!(
        matches!(&refused, Error::Refused(problem) if problem.status == 502),
        "{refused}"
    );
    assert!(refused.is_transient());
}

#[tokio::test]
async fn success_with_something_else_than_agreed_is_malformed() {
    let (_folder, client, _asked) = answering("200 OK", "{\"items\":7}");
    assert!(matches!(client.peers().await, Err(Error::Malformed)));
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer_and_may_come_another_time() {
    let (_folder, client, _asked) = announcing(100, "200 OK", "{\"items\":");
    let broken = client.peers().await.unwrap_err();
    assert!(matches!(broken, Error::Unreachable(_)), "{broken}");
    assert!(broken.is_transient());
}

#[tokio::test]
async fn a_change_carries_its_condition_and_its_key() {
    let (_folder, client, asked) = answering("404 Not Found", "");
    let id = uuid::Uuid::nil();
    client
        .keyed("k-1")
        .entry_event(id, 7, &withdrawn())
        .await
        .unwrap_err();
    let asked = asked.await.unwrap();
    assert!(
        asked.starts_with(&format!("post /v1/entries/{id}/events http/1.1\r\n")),
        "{asked}"
    );
    assert!(
        asked.contains("if-match: \"7\"\r\n") && asked.contains("idempotency-key: k-1\r\n"),
        "{asked}"
    );
}

#[tokio::test]
async fn reading_carries_no_key() {
    let (_folder, client, asked) = answering("200 OK", "{\"items\":[]}");
    client.keyed("k-1").peers().await.unwrap();
    assert!(!asked.await.unwrap().contains("idempotency-key"));
}

#[tokio::test]
async fn a_node_that_is_not_there_is_unreachable() {
    let folder = tempfile::tempdir().unwrap();
    let client = Client::operator(&folder.path().join("operator.sock")).unwrap();
    let refused = client.peers().await.unwrap_err();
    assert!(matches!(refused, Error::Unreachable(_)) && refused.is_transient());
}

#[test]
fn a_token_goes_nowhere_without_tls_or_without_trust_and_is_not_shown() {
    let refused = Client::https("http://node:7444", "secret", &Trust::default()).unwrap_err();
    assert!(matches!(refused, Error::Configuration(_)));
    let refused = Client::https("https://node:7444", "secret", &Trust::default()).unwrap_err();
    assert!(matches!(refused, Error::Configuration(_)));
}

fn opened(seq: u64) -> String {
    serde_json::json!({
        "seq": seq, "change": "alert.opened", "at": "2026-11-21T00:00:00Z",
        "alert": {
            "id": "00000000-0000-0000-0000-000000000001", "client_reference": "shop-1", "state": "open",
            "opened_at": "2026-11-21T00:00:00Z", "matches": [],
            "finding": {
                "publisher": "platform-a", "entry": "00000000-0000-0000-0000-000000000002", "state": "active",
                "disputed": false, "category": "counterfeit", "basis": "platform_decision", "jurisdiction": "CN",
                "evidence_grade": "documented", "measure": "close_shop", "since": "2026-11-01T00:00:00Z",
                "expires": "2027-11-01T00:00:00Z",
            },
        },
    })
    .to_string()
}

#[tokio::test]
async fn a_follower_reads_events_between_comments_to_the_end_of_the_stream() {
    let (one, two) = (opened(7), opened(8));
    let body = format!(
        ": lianfang\nid: 6\n\nid: 7\nevent: alert.opened\ndata: {one}\n\n:\n\nid: 8\nevent: alert.opened\ndata: {two}\n\n: cut"
    );
    let (_folder, client, asked) = answering("200 OK", &body);
    let mut events = client.follow_alerts(Some(6)).await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().seq, 7);
    assert_eq!(events.next().await.unwrap().unwrap().seq, 8);
    assert!(events.next().await.unwrap().is_none());
    assert_eq!(events.last_seen(), Some(8));
    assert!(asked.await.unwrap().contains("last-event-id: 6"));
}

#[tokio::test]
async fn a_follower_that_has_heard_nothing_yet_knows_where_to_follow_again_from() {
    let (_folder, client, _asked) = answering("200 OK", ": lianfang\nid: 6\n\n:\n\n");
    let mut events = client.follow_alerts(None).await.unwrap();
    assert!(events.next().await.unwrap().is_none());
    assert_eq!(events.last_seen(), Some(6));
}

#[tokio::test]
async fn a_stream_that_is_no_stream_of_a_node_s_is_refused() {
    let endless = "x".repeat(2 * 1024 * 1024);
    for body in ["data: {}\n\n", "data: \u{fffd}\n\n", endless.as_str()] {
        let (_folder, client, _asked) = answering("200 OK", body);
        let mut events = client.follow_alerts(None).await.unwrap();
        assert!(matches!(events.next().await, Err(Error::Malformed)));
    }
}

#[tokio::test]
async fn a_reference_is_one_segment_of_the_path_whatever_is_in_it() {
    let (_folder, client, asked) = answering("204 No Content", "");
    client.stop_monitoring("a/b?c").await.unwrap();
    assert!(
        asked
            .await
            .unwrap()
            .starts_with("delete /v1/monitored-subjects/a%2fb%3fc http/1.1")
    );
}
