//! What this node has seen of the caller, who came back from a backup.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use lianfang_encoding::{Audience, NodeId};
use lianfang_flow::Node;
use lianfang_wire::Problem;
use lianfang_wire::feed::StatusPage;
use lianfang_wire::restore::{Claim, SeenAnswer};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::doors::Caller;
use crate::http::Json;
use crate::problem::Answer;

/// What this node has seen of the caller.
#[utoipa::path(get, path = "/federation/v1/seen/{node}", tag = "restore",
    params(("node" = String, Path, description = "The caller's own id.", example = "platform-b")),
    responses((status = 200, body = SeenAnswer), (status = 404, body = Problem)))]
pub(super) async fn show(node: Data<Node>, caller: Caller, asked: Path<NodeId>) -> Answer {
    Ok(HttpResponse::Ok().json(node.seen(&caller.0, &asked).await?))
}

/// Grant a restored copy of the caller its next incarnation, once and for good.
#[utoipa::path(post, path = "/federation/v1/seen/{node}", tag = "restore",
    params(("node" = String, Path, description = "The caller's own id.", example = "platform-b")), request_body = Claim,
    responses((status = 200, body = SeenAnswer), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn claim(
    node: Data<Node>,
    caller: Caller,
    asked: Path<NodeId>,
    claim: Json<Claim>,
) -> Answer {
    Ok(HttpResponse::Ok().json(node.claimed(&caller.0, &asked, claim.0).await?))
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The sequence of the last item that the caller holds.
    #[serde(default)]
    after: u64,
}

/// Status items of the caller that this node has seen.
#[utoipa::path(get, path = "/federation/v1/seen/{node}/status/{audience}", tag = "restore",
    params(("node" = String, Path, description = "The caller's own id.", example = "platform-b"), ("audience" = String, Path, example = "all"), Wanted),
    responses((status = 200, body = StatusPage), (status = 400, body = Problem), (status = 404, body = Problem)))]
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
