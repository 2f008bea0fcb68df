use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_encoding::NodeId;
use lianfang_flow::Node;
use serde::Deserialize;

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
pub(super) async fn run(node: Data<Node>, wanted: Json<Wanted>) -> Answer {
    let Wanted { peer, dry_run } = wanted.0;
    Ok(HttpResponse::Ok().json(node.into_inner().sync(peer, dry_run).await?))
}
