use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use lianfang_encoding::NodeId;
use lianfang_flow::Node;
use lianfang_wire::Problem;
use lianfang_wire::peer::{BrakeDecision, ForkProof, Peer};

use super::By;
use super::items::Items;
use crate::http::Json;
use crate::problem::Answer;

/// The other members: how fresh what is held of them is, and what went wrong last.
#[utoipa::path(get, path = "/v1/peers", tag = "peers", responses((status = 200, body = Items<Peer>)))]
pub(super) async fn list(node: Data<Node>) -> Answer {
    Ok(HttpResponse::Ok().json(Items {
        items: node.peers().await?,
    }))
}

/// Proofs that a publisher told different members different things, the newest first.
///
/// Each is two heads that it signed: anybody who knows its key can check them.
#[utoipa::path(get, path = "/v1/peers/{id}/forks", tag = "peers", params(("id" = String, Path)),
    responses((status = 200, body = Items<ForkProof>), (status = 404, body = Problem)))]
pub(super) async fn forks(node: Data<Node>, id: Path<NodeId>) -> Answer {
    Ok(HttpResponse::Ok().json(Items {
        items: node.forks(&id).await?,
    }))
}

/// Decide about a publisher that the brake holds back, or hold one back.
///
/// While it is quarantined, what was in force of it stays and leads to review at most; nothing new is taken over. The
/// decision goes into the audit log; a release counts anew and begins to fetch what waited.
#[utoipa::path(post, path = "/v1/peers/{id}/brake", tag = "peers", request_body = BrakeDecision,
    params(("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request; the same name gives the same answer for 24 hours.")),
    responses((status = 204, description = "Decided"), (status = 404, body = Problem)))]
pub(super) async fn brake(
    node: Data<Node>,
    by: By,
    id: Path<NodeId>,
    decision: Json<BrakeDecision>,
) -> Answer {
    node.into_inner().decide_brake(&by.0, &id, decision.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
