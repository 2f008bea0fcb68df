use actix_web::HttpResponse;
use actix_web::web::{Data, Path};
use lianfang_flow::Node;
use lianfang_wire::Problem;
use lianfang_wire::explanation::Explanation;

use crate::problem::Answer;

/// Why an entry, a peer or a screening is as it is.
#[utoipa::path(get, path = "/v1/admin/explain/{id}", tag = "explain",
    params(("id" = String, Path, description = "An entry, a member or a screening.")),
    responses((status = 200, body = Explanation), (status = 404, body = Problem)))]
pub(super) async fn show(node: Data<Node>, id: Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(node.into_inner().explain(&id).await?))
}
