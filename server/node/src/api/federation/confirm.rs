use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::Node;
use lianfang_wire::Problem;
use lianfang_wire::confirm::{ConfirmRequest, ConfirmResponse};

use crate::doors::Caller;
use crate::http::Json;
use crate::problem::Answer;

/// Every record under some prefixes of one list, sealed.
#[utoipa::path(post, path = "/federation/v1/confirm", tag = "records",
    request_body(content = ConfirmRequest, example = json!({
        "list": { "publisher": "platform-a", "audience": "all", "subject_type": "seller", "epoch": 1 },
        "confirm_bits": 0, "prefixes": [""],
    })),
    responses((status = 200, body = ConfirmResponse), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn confirm(node: Data<Node>, caller: Caller, asked: Json<ConfirmRequest>) -> Answer {
    Ok(HttpResponse::Ok().json(node.into_inner().confirm(&caller.0, asked.0).await?))
}
