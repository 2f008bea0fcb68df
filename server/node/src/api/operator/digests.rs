use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::{BuildReport, FlowError, Node};

use crate::api::platform::By;
use crate::problem::Answer;

const PANICKED: FlowError = FlowError::Internal("the build panicked");

/// Builds now what is due for publication.
#[utoipa::path(post, path = "/v1/admin/digests", tag = "digests", responses((status = 200, body = BuildReport)))]
pub(super) async fn build(node: Data<Node>, by: By) -> Answer {
    let node = node.into_inner();
    // It goes on when nobody waits for it any more.
    let work = tokio::spawn(async move {
        let report = node.build_digests().await?;
        let count = format!("{} lists", report.published.len());
        node.audit(&by.0, "build_digests", count, "operation", "done")
            .await?;
        Ok::<_, FlowError>(report)
    });
    let report = work.await.unwrap_or(Err(PANICKED))?;
    Ok(HttpResponse::Ok().json(report))
}
