use std::time::Duration;

use lianfang_wire::alert::{Alert, AlertDecision, AlertEvent, AlertPage, AlertState};
use reqwest::{Method, Response};
use serde::Serialize;
use uuid::Uuid;

use crate::{Client, Error};

/// Which alerts to list.
#[derive(Debug, Clone, Default, Serialize)]
pub struct AlertQuery {
    /// Only those in this state.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<AlertState>,
    /// Only those about this subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_reference: Option<String>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Alerts on one page, 1 to 500.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl Client {
    /// A page of alerts, in the order they were opened.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn alerts(&self, query: &AlertQuery) -> Result<AlertPage, Error> {
        self.answer(self.request(Method::GET, "/v1/alerts").query(query))
            .await
    }

    /// Notes what the platform decided about an alert. Once; the same decision again changes nothing.
    ///
    /// # Errors
    /// [`Error::Refused`] of type `conflict` when another decision stands or the alert has ended by itself.
    pub async fn resolve_alert(&self, id: Uuid, decision: &AlertDecision) -> Result<Alert, Error> {
        self.post(&format!("/v1/alerts/{id}/resolve"), decision).await
    }

    /// Follows what happens to alerts: from the event after `after` on ([`AlertEvent::seq`]), or from now on. When the
    /// connection breaks, follow again from [`AlertStream::last_seen`] and nothing is missed.
    ///
    /// # Errors
    /// [`Error`].
    pub async fn follow_alerts(&self, after: Option<u64>) -> Result<AlertStream, Error> {
        /// Longer than any connection lasts.
        const LONG: Duration = Duration::from_secs(10 * 365 * 86_400);
        let mut request = self.request(Method::GET, "/v1/events").timeout(LONG);
        if let Some(after) = after {
            request = request.header("Last-Event-ID", after);
        }
        let response = request.send().await?;
        if response.status().is_success() {
            return Ok(AlertStream {
                response,
                unread: Vec::new(),
                last_seen: after,
            });
        }
        Err(self.refusal(response).await)
    }
}

/// What happens to alerts, as it happens.
#[derive(Debug)]
pub struct AlertStream {
    response: Response,
    unread: Vec<u8>,
    last_seen: Option<u64>,
}

impl AlertStream {
    /// Where to follow again from. The node says it first, before anything has happened: none only until something of it
    /// has come.
    pub fn last_seen(&self) -> Option<u64> {
        self.last_seen
    }

    /// The next event; none when the node has ended the stream.
    ///
    /// # Errors
    /// [`Error`] when the connection breaks.
    pub async fn next(&mut self) -> Result<Option<AlertEvent>, Error> {
        /// Larger than any event of a node.
        const MOST: usize = 1024 * 1024;
        loop {
            while let Some(end) = self.unread.windows(2).position(|pair| pair == b"\n\n") {
                let message: Vec<u8> = self.unread.drain(..end + 2).collect();
                self.last_seen = id(&message).or(self.last_seen);
                if let Some(event) = event(&message)? {
                    return Ok(Some(event));
                }
            }
            if self.unread.len() > MOST {
                return Err(Error::Malformed);
            }
            match self.response.chunk().await? {
                Some(piece) => self.unread.extend_from_slice(&piece),
                None => return Ok(None),
            }
        }
    }
}

/// What a message's data says; comments say nothing.
fn event(message: &[u8]) -> Result<Option<AlertEvent>, Error> {
    field(message, b"data: ")
        .map(|data| serde_json::from_slice(data).map_err(|_| Error::Malformed))
        .transpose()
}

/// A message without data has one too.
fn id(message: &[u8]) -> Option<u64> {
    std::str::from_utf8(field(message, b"id: ")?).ok()?.parse().ok()
}

fn field<'a>(message: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut lines = message.split(|byte| *byte == b'\n');
    lines.find_map(|line| line.strip_prefix(name))
}
