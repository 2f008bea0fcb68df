use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use actix_web::web::Data;
use lianfang_flow::Node;

use crate::doors::Caller;
use crate::http::Binary;
use crate::problem::Answer;

pub(super) async fn evaluate(node: Data<Node>, caller: Caller, message: Binary) -> Answer {
    let evaluated = node.into_inner().evaluate(&caller.0, &message.0).await?;
    Ok(HttpResponse::Ok()
        .content_type(ContentType::octet_stream())
        .body(evaluated))
}
