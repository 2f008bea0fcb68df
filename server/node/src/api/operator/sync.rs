use std::time::Duration;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, http::header};
use futures_util::{StreamExt as _, stream};
use lianfang_encoding::NodeId;
use lianfang_flow::{FlowError, Node, SyncLine, SyncReport};
use lianfang_wire::Problem;
use serde::Deserialize;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use utoipa::ToSchema;

use crate::api::platform::By;
use crate::http::{Json, LINES};
use crate::problem::Answer;

/// With whom, and whether for good.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SyncWanted)]
pub(super) struct Wanted {
    /// One peer; every one when absent.
    #[schema(value_type = Option<String>, example = "platform-b")]
    peer: Option<NodeId>,
    /// Only say what would be done.
    #[serde(default)]
    dry_run: bool,
}

/// Fetches now what peers have. Whoever accepts `application/x-ndjson` gets a line for each peer as it is done, and the
/// report as the last line.
#[utoipa::path(post, path = "/v1/admin/sync", tag = "sync", request_body = Wanted,
    responses(
        (status = 200, content((SyncReport = "application/json"), (SyncLine = "application/x-ndjson"))),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn run(request: HttpRequest, node: Data<Node>, by: By, wanted: Json<Wanted>) -> Answer {
    let (to, mut lines) = unbounded_channel();
    // It goes on when nobody waits for it any more.
    let work = tokio::spawn(async move {
        let tell = |peer: &_| drop(to.send(SyncLine::Peer(Clone::clone(peer))));
        sync(&node.into_inner(), by, wanted.0, tell).await
    });
    let wants_lines = request
        .headers()
        .get(header::ACCEPT)
        .is_some_and(|kinds| kinds == LINES);
    // A refusal comes at once; peers may need longer than an answer may, and whoever takes lines waits for those.
    let began = match wants_lines {
        true => tokio::time::timeout(AT_ONCE, lines.recv()).await,
        false => Ok(None),
    };
    let Some(first) = began.map_or(Some(None), |line| line.map(Some)) else {
        let report = work.await.unwrap_or(Err(PANICKED))?;
        return Ok(match wants_lines {
            true => HttpResponse::Ok()
                .content_type(LINES)
                .body(written(&SyncLine::Done(report))),
            false => HttpResponse::Ok().json(report),
        });
    };
    let last = async move {
        match work.await.unwrap_or(Err(PANICKED)) {
            Ok(report) => SyncLine::Done(report),
            Err(error) => SyncLine::Failed(error.problem()),
        }
    };
    let lines = stream::iter(first).chain(rest(lines)).chain(stream::once(last));
    let lines = lines.map(|line| Ok::<_, actix_web::Error>(written(&line)));
    Ok(HttpResponse::Ok().content_type(LINES).streaming(Box::pin(lines)))
}

/// Less than the shortest time that an answer may be given.
const AT_ONCE: Duration = Duration::from_secs(1);
const PANICKED: FlowError = FlowError::Internal("the sync panicked");

async fn sync(
    node: &std::sync::Arc<Node>,
    by: By,
    Wanted { peer, dry_run }: Wanted,
    tell: impl Fn(&lianfang_flow::PeerSync),
) -> Result<SyncReport, FlowError> {
    let whom = peer.as_ref().map_or("all", NodeId::as_str).to_owned();
    let report = node.sync_telling(peer, dry_run, tell).await?;
    let outcome = if dry_run { "dry run" } else { "done" };
    node.audit(&by.0, "sync", whom, "operation", outcome).await?;
    Ok(report)
}

fn rest(lines: UnboundedReceiver<SyncLine>) -> impl futures_util::Stream<Item = SyncLine> {
    stream::unfold(lines, |mut lines| async move {
        let line = lines.recv().await?;
        Some((line, lines))
    })
}

fn written(line: &SyncLine) -> Bytes {
    let mut text = serde_json::to_vec(line).unwrap_or_default();
    text.push(b'\n');
    text.into()
}
