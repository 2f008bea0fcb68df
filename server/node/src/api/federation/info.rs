use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::Node;

use crate::doors::Caller;
use crate::problem::Answer;

pub(super) async fn show(node: Data<Node>, caller: Caller) -> Answer {
    Ok(HttpResponse::Ok().json(node.info(&caller.0).await?))
}
