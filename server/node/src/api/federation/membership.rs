use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use actix_web::web::{Data, Query};
use lianfang_flow::Node;
use serde::Deserialize;

use crate::doors::Caller;
use crate::problem::Answer;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    version: Option<u64>,
}

/// The envelope as its governors signed it, byte for byte.
pub(super) async fn show(node: Data<Node>, caller: Caller, wanted: Query<Wanted>) -> Answer {
    let envelope = node.membership(&caller.0, wanted.version).await?;
    Ok(HttpResponse::Ok()
        .content_type(ContentType::json())
        .body(envelope))
}
