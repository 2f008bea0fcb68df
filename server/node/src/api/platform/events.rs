//! Server-sent events (WHATWG HTML §9.2): what happens to alerts, as it happens.

use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{self, HeaderName};
use actix_web::web::{Bytes, Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream::{self, Stream};
use lianfang_flow::{FlowError, Node};
use lianfang_wire::alert::AlertEvent;
use lianfang_wire::{Problem, ProblemType};
use serde::Deserialize;
use tokio::sync::watch::Receiver;
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;

use super::Standing;
use crate::problem::{Answer, Failure};

const LAST: HeaderName = HeaderName::from_static("last-event-id");
/// Events read at once.
const PART: usize = 100;
/// A comment is sent after such a silence: proxies keep the connection, and what another replica wrote is noticed.
const SILENCE: Duration = Duration::from_secs(15);

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Go on after the event with this id, as `Last-Event-ID` says it; 0 starts with the first there is.
    after: Option<u64>,
}

/// Follow what happens to alerts.
///
/// A stream of server-sent events `alert.opened`, `alert.changed`, `alert.resolved` and `alert.closed`; the data is an
/// AlertEvent. Send the last id seen as `Last-Event-ID` (browsers do so by themselves) to miss nothing; without it the
/// stream starts with what happens from now on, and with an id without data, which is where that is.
#[utoipa::path(get, path = "/v1/events", tag = "alerts",
    params(Wanted, ("Last-Event-ID" = Option<String>, Header, description = "The last id that was seen.")),
    responses((status = 200, body = AlertEvent, content_type = "text/event-stream"), (status = 400, body = Problem)))]
pub(super) async fn follow(
    node: Data<Node>,
    stop: Data<CancellationToken>,
    standing: Standing,
    request: HttpRequest,
    wanted: Query<Wanted>,
) -> Answer {
    let node = node.into_inner();
    // Before the place is read, so that nothing falls between the two.
    let news = node.alert_news();
    let cursor = match last_seen(&request)?.or(wanted.after) {
        Some(seen) => seen,
        None => node.last_alert_event().await?,
    };
    let follower = Follower {
        node,
        news,
        cursor,
        stop: stop.get_ref().clone(),
        standing,
        greeted: false,
    };
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(pieces(follower)))
}

struct Follower {
    node: Arc<Node>,
    news: Receiver<()>,
    cursor: u64,
    stop: CancellationToken,
    standing: Standing,
    greeted: bool,
}

fn pieces(follower: Follower) -> impl Stream<Item = Result<Bytes, FlowError>> {
    stream::try_unfold(follower, |mut follower| async move {
        let piece = follower.next().await?;
        Ok(piece.map(|piece| (piece, follower)))
    })
}

impl Follower {
    /// What is to be sent next; none when the node stops, or the caller's token doesn't count any more.
    async fn next(&mut self) -> Result<Option<Bytes>, FlowError> {
        let piece = self.piece().await?;
        Ok(piece.filter(|_| self.standing.check().is_ok()))
    }

    async fn piece(&mut self) -> Result<Option<Bytes>, FlowError> {
        // The headers go out with the first piece. An id without data is no event, but what a follower that has heard
        // nothing yet goes on after when its connection breaks (§9.2.6).
        if !std::mem::replace(&mut self.greeted, true) {
            return Ok(Some(Bytes::from(format!(": lianfang\nid: {}\n\n", self.cursor))));
        }
        loop {
            let events = self.node.alert_events(self.cursor, PART).await?;
            if let Some(last) = events.last() {
                self.cursor = last.seq;
                return text(&events).map(Some);
            }
            let silence = tokio::select! {
                () = self.stop.cancelled() => return Ok(None),
                news = self.news.changed() => {
                    if news.is_err() {
                        return Ok(None);
                    }
                    false
                }
                () = tokio::time::sleep(SILENCE) => true,
            };
            // Not by the newest event: the alert it is about may have been forgotten, and another process may have written one.
            if silence && self.node.alert_events(self.cursor, PART).await?.is_empty() {
                return Ok(Some(Bytes::from_static(b":\n\n")));
            }
        }
    }
}

fn text(events: &[AlertEvent]) -> Result<Bytes, FlowError> {
    let mut text = String::new();
    for event in events {
        let data = serde_json::to_string(event).map_err(|_| FlowError::Internal("an event isn't JSON"))?;
        text.push_str(&format!(
            "id: {}\nevent: {}\ndata: {data}\n\n",
            event.seq, event.change
        ));
    }
    Ok(Bytes::from(text))
}

fn last_seen(request: &HttpRequest) -> Result<Option<u64>, Failure> {
    let Some(value) = request.headers().get(LAST) else {
        return Ok(None);
    };
    let seen = value.to_str().ok().and_then(|text| text.parse().ok());
    seen.map(Some).ok_or_else(|| {
        let detail = "Last-Event-ID is the id of an event of this node, or isn't sent.";
        Failure::detail(ProblemType::Malformed, detail)
    })
}
