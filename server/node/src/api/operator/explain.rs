use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use lianfang_flow::Node;

use crate::problem::Answer;

/// Why an entry, a peer or a screening is as it is.
pub(super) async fn show(node: Data<Node>, id: Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(node.into_inner().explain(&id).await?))
}
