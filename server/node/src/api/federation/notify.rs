use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::Node;
use lianfang_wire::info::Notice;

use crate::doors::Caller;
use crate::http::Json;
use crate::problem::Answer;

pub(super) async fn notified(node: Data<Node>, caller: Caller, notice: Json<Notice>) -> Answer {
    node.into_inner().notified(&caller.0, notice.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
