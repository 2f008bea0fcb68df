use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_encoding::NodeId;
use lianfang_flow::{Node, SyncReport};
use lianfang_wire::Problem;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::platform::By;
use crate::http::Json;
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

/// Fetches now what peers have.
#[utoipa::path(post, path = "/v1/admin/sync", tag = "sync", request_body = Wanted,
    responses((status = 200, body = SyncReport), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn run(node: Data<Node>, by: By, wanted: Json<Wanted>) -> Answer {
    let (node, Wanted { peer, dry_run }) = (node.into_inner(), wanted.0);
    let whom = peer.as_ref().map_or("all", NodeId::as_str).to_owned();
    let report = node.sync(peer, dry_run).await?;
    let outcome = if dry_run { "dry run" } else { "done" };
    node.audit(&by.0, "sync", whom, "operation", outcome).await?;
    Ok(HttpResponse::Ok().json(report))
}
