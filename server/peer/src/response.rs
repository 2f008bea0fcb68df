use futures_util::StreamExt as _;
use lianfang_wire::{Problem, ProblemType};
use serde::de::DeserializeOwned;

use crate::PeerError;

const MAX_PROBLEM: usize = 64 * 1024;
/// Characters of a peer's own words that are kept; titles are a few words (RFC 9457 §3.1.3).
const MAX_TITLE: usize = 120;
const MAX_DETAIL: usize = 1_000;

/// Turns anything but success into the peer's problem.
pub(crate) async fn accepted(response: reqwest::Response) -> Result<reqwest::Response, PeerError> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status().as_u16();
    let body = bytes(response, MAX_PROBLEM).await.unwrap_or_default();
    Err(PeerError::Refused(Box::new(problem(status, &body))))
}

/// What the peer says, in one line that isn't too long for people to read. The status is that of the answer itself.
fn problem(status: u16, body: &[u8]) -> Problem {
    let said = serde_json::from_slice(body).unwrap_or_else(|_| Problem::new(ProblemType::Unavailable));
    Problem {
        status,
        title: in_one_line(&said.title, MAX_TITLE),
        detail: said.detail.map(|detail| in_one_line(&detail, MAX_DETAIL)),
        ..said
    }
}

fn in_one_line(text: &str, most: usize) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(most)
        .collect()
}

/// The whole body, unless it is longer than `limit`.
pub(crate) async fn bytes(response: reqwest::Response, limit: usize) -> Result<Vec<u8>, PeerError> {
    if response
        .content_length()
        .is_some_and(|length| length > limit as u64)
    {
        return Err(PeerError::TooLarge);
    }
    let mut whole = Vec::new();
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        let piece = piece?;
        if whole.len() + piece.len() > limit {
            return Err(PeerError::TooLarge);
        }
        whole.extend_from_slice(&piece);
    }
    Ok(whole)
}

pub(crate) async fn json<T: DeserializeOwned>(
    response: reqwest::Response,
    limit: usize,
) -> Result<T, PeerError> {
    let body = bytes(response, limit).await?;
    serde_json::from_slice(&body).map_err(|_| PeerError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_s_words_are_one_short_line_and_the_status_is_the_answer_s_own() {
        let said = serde_json::json!({
            "type": "urn:lianfang:problem:rate_limited", "status": 503,
            "title": format!("x\u{1b}[2J\n{}", "y".repeat(60_000)), "detail": "a\u{9b}b",
        });
        let problem = problem(403, said.to_string().as_bytes());
        assert_eq!(problem.title, format!("x[2J{}", "y".repeat(MAX_TITLE - 4)));
        assert_eq!(problem.detail.as_deref(), Some("ab"));
        let error = PeerError::Refused(Box::new(problem));
        assert!(!error.is_absence(), "the peer is there and refuses");
        let failing = PeerError::Refused(Box::new(super::problem(
            503,
            br#"{"type":"a","title":"b","status":403}"#,
        )));
        assert!(failing.is_absence());
    }
}
