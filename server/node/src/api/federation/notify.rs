use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::Node;
use lianfang_wire::Problem;
use lianfang_wire::info::Notice;

use crate::doors::Caller;
use crate::http::Json;
use crate::problem::Answer;

/// There is something new at the caller's: come and see.
#[utoipa::path(post, path = "/federation/v1/notify", tag = "info",
    request_body = Notice,
    responses((status = 204, description = "It will be fetched"), (status = 422, body = Problem)))]
pub(super) async fn notified(node: Data<Node>, caller: Caller, notice: Json<Notice>) -> Answer {
    node.into_inner().notified(&caller.0, notice.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
