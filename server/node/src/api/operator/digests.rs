use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::{BuildReport, Node};

use crate::api::platform::By;
use crate::problem::Answer;

/// Builds now what is due for publication.
#[utoipa::path(post, path = "/v1/admin/digests", tag = "digests", responses((status = 200, body = BuildReport)))]
pub(super) async fn build(node: Data<Node>, by: By) -> Answer {
    let node = node.into_inner();
    let report = node.build_digests().await?;
    let count = format!("{} lists", report.published.len());
    node.audit(&by.0, "build_digests", count, "operation", "done")
        .await?;
    Ok(HttpResponse::Ok().json(report))
}
