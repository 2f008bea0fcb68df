use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::Node;

use crate::problem::Answer;

/// Builds now what is due for publication.
pub(super) async fn build(node: Data<Node>) -> Answer {
    Ok(HttpResponse::Ok().json(node.into_inner().build_digests().await?))
}
