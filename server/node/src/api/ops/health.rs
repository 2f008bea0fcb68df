use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::Node;
use lianfang_wire::ProblemType;
use serde_json::json;

use crate::problem::MEDIA_TYPE;

/// The process answers.
pub(super) async fn alive() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "alive" }))
}

/// The node can do its work, or why it can't.
pub(super) async fn ready(node: Data<Node>) -> HttpResponse {
    match node.ready().await {
        Ok(()) => HttpResponse::Ok().json(json!({ "status": "ready" })),
        Err(reasons) => {
            let kind = ProblemType::Unavailable;
            HttpResponse::ServiceUnavailable()
                .content_type(MEDIA_TYPE)
                .json(json!({
                    "type": kind.uri(), "title": kind.title(), "status": kind.status(), "reasons": reasons,
                }))
        }
    }
}
