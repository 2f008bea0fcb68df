use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::Node;
use lianfang_wire::confirm::ConfirmRequest;

use crate::doors::Caller;
use crate::http::Json;
use crate::problem::Answer;

pub(super) async fn confirm(node: Data<Node>, caller: Caller, asked: Json<ConfirmRequest>) -> Answer {
    Ok(HttpResponse::Ok().json(node.into_inner().confirm(&caller.0, asked.0).await?))
}
