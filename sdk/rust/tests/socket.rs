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
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("operator.sock");
    let listener = UnixListener::bind(&path).unwrap();
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
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
