use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_encoding::NodeId;
use lianfang_flow::Node;
use serde::Deserialize;

use crate::api::platform::By;
use crate::http::Json;
use crate::problem::Answer;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    peer: Option<NodeId>,
    #[serde(default)]
    dry_run: bool,
}

/// Fetches now what peers have.
pub(super) async fn run(node: Data<Node>, by: By, wanted: Json<Wanted>) -> Answer {
    let (node, Wanted { peer, dry_run }) = (node.into_inner(), wanted.0);
    let whom = peer.as_ref().map_or("all", NodeId::as_str).to_owned();
    let report = node.sync(peer, dry_run).await?;
    let outcome = if dry_run { "dry run" } else { "done" };
    node.audit(&by.0, "sync", whom, "operation", outcome).await?;
    Ok(HttpResponse::Ok().json(report))
}
