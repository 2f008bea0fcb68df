//! What this node has seen of the caller, who came back from a backup.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use lianfang_encoding::{Audience, NodeId};
use lianfang_flow::Node;
use lianfang_wire::restore::Claim;
use serde::Deserialize;

use crate::doors::Caller;
use crate::http::Json;
use crate::problem::Answer;

pub(super) async fn show(node: Data<Node>, caller: Caller, asked: Path<NodeId>) -> Answer {
    Ok(HttpResponse::Ok().json(node.seen(&caller.0, &asked).await?))
}

pub(super) async fn claim(
    node: Data<Node>,
    caller: Caller,
    asked: Path<NodeId>,
    claim: Json<Claim>,
) -> Answer {
    Ok(HttpResponse::Ok().json(node.claimed(&caller.0, &asked, claim.0).await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    #[serde(default)]
    after: u64,
}

pub(super) async fn status(
    node: Data<Node>,
    caller: Caller,
    asked: Path<(NodeId, Audience)>,
    wanted: Query<Wanted>,
) -> Answer {
    let (of, audience) = asked.into_inner();
    let page = node.seen_status(&caller.0, &of, audience, wanted.after).await?;
    Ok(HttpResponse::Ok().json(page))
}
