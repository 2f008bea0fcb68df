use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use actix_web::web::Data;
use lianfang_flow::Node;
use lianfang_wire::Problem;

use super::octets::Octets;
use crate::doors::Caller;
use crate::http::Binary;
use crate::problem::Answer;

/// Evaluate blinded elements under this node's share of a token key.
///
/// Request and answer are binary (PROTOCOL.md §2).
#[utoipa::path(post, path = "/federation/v1/evaluate", tag = "tokens",
    request_body(content = Octets, content_type = "application/octet-stream"),
    responses((status = 200, body = Octets, content_type = "application/octet-stream"), (status = 400, body = Problem),
        (status = 409, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn evaluate(node: Data<Node>, caller: Caller, message: Binary) -> Answer {
    let evaluated = node.into_inner().evaluate(&caller.0, &message.0).await?;
    Ok(HttpResponse::Ok()
        .content_type(ContentType::octet_stream())
        .body(evaluated))
}
