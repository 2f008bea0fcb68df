use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Path};
use lianfang_flow::Node;
use lianfang_wire::Problem;
use lianfang_wire::screening::{NewScreening, Screening, ScreeningDecision};
use uuid::Uuid;

use super::By;
use crate::http::Json;
use crate::problem::Answer;

/// Screen a seller or a product against every member's findings.
///
/// `complete: false` says that something couldn't be asked. In shadow mode verdicts are computed and reported
/// without being meant to be acted on.
#[utoipa::path(post, path = "/v1/screenings", tag = "screenings", request_body = NewScreening,
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request; the same name gives the same answer for 24 hours.")),
    responses((status = 201, body = Screening, headers(("Location" = String))), (status = 422, body = Problem)))]
pub(super) async fn create(node: Data<Node>, by: By, new: Json<NewScreening>) -> Answer {
    let screening = node.into_inner().screen(&by.0, new.0).await?;
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, format!("/v1/screenings/{}", screening.id)))
        .json(screening))
}

/// Read a screening.
#[utoipa::path(get, path = "/v1/screenings/{id}", tag = "screenings", params(("id" = Uuid, Path)),
    responses((status = 200, body = Screening), (status = 404, body = Problem)))]
pub(super) async fn show(node: Data<Node>, id: Path<Uuid>) -> Answer {
    Ok(HttpResponse::Ok().json(node.screening(*id).await?))
}

/// Note what the platform decided after a screening.
#[utoipa::path(post, path = "/v1/screenings/{id}/decision", tag = "screenings", request_body = ScreeningDecision,
    params(("id" = Uuid, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request; the same name gives the same answer for 24 hours.")),
    responses((status = 200, body = Screening), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn decide(
    node: Data<Node>,
    by: By,
    id: Path<Uuid>,
    decision: Json<ScreeningDecision>,
) -> Answer {
    Ok(HttpResponse::Ok().json(node.decide(&by.0, *id, decision.0).await?))
}
