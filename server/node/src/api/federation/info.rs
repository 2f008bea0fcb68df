use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::Node;
use lianfang_wire::info::Info;

use crate::doors::Caller;
use crate::problem::Answer;

/// What this node holds that the caller may read.
#[utoipa::path(get, path = "/federation/v1/info", tag = "info",
    responses((status = 200, body = Info)))]
pub(super) async fn show(node: Data<Node>, caller: Caller) -> Answer {
    Ok(HttpResponse::Ok().json(node.info(&caller.0).await?))
}
