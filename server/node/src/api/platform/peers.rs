use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::Node;
use lianfang_wire::screening::Peer;

use super::items::Items;
use crate::problem::Answer;

/// The other members: how fresh what is held of them is, and what went wrong last.
#[utoipa::path(get, path = "/v1/peers", tag = "peers", responses((status = 200, body = Items<Peer>)))]
pub(super) async fn list(node: Data<Node>) -> Answer {
    Ok(HttpResponse::Ok().json(Items {
        items: node.peers().await?,
    }))
}
