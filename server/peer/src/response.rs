use futures_util::StreamExt as _;
use lianfang_wire::{Problem, ProblemType};
use serde::de::DeserializeOwned;

use crate::PeerError;

const MAX_PROBLEM: usize = 64 * 1024;

/// Turns anything but success into the peer's problem.
pub(crate) async fn accepted(response: reqwest::Response) -> Result<reqwest::Response, PeerError> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status().as_u16();
    let body = bytes(response, MAX_PROBLEM).await.unwrap_or_default();
    let problem = serde_json::from_slice(&body).unwrap_or_else(|_| Problem {
        status,
        ..Problem::new(ProblemType::Unavailable)
    });
    Err(PeerError::Refused(Box::new(problem)))
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
