use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header::{self, ContentType};
use actix_web::web::{Data, Path};
use lianfang_flow::Node;
use lianfang_wire::Problem;
use lianfang_wire::screening::{NewScreening, Screening, ScreeningDecision, ScreeningResult};
use uuid::Uuid;

use super::{By, Standing};
use crate::http::{Json, LineResult, Lines, answer_lines};
use crate::problem::Answer;

/// Most lines of a batch whose tokens are asked for together.
const PART: usize = 512;

/// Screen a seller or a product against every member's findings.
///
/// `complete: false` says that something couldn't be asked. In shadow mode verdicts are computed and reported
/// without being meant to be acted on.
#[utoipa::path(post, path = "/v1/screenings", tag = "screenings", request_body = NewScreening,
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request; the same name gives the same answer for 24 hours.")),
    responses((status = 201, body = Screening, headers(("Location" = String))), (status = 422, body = Problem)))]
pub(super) async fn create(node: Data<Node>, by: By, new: Json<NewScreening>) -> Answer {
    let answered = node.into_inner().answer_screening(&by.0, new.0).await?;
    Ok(HttpResponse::Created()
        .insert_header((
            header::LOCATION,
            format!("/v1/screenings/{}", answered.screening.id),
        ))
        .content_type(ContentType::json())
        .body(answered.text))
}

/// Screen many sellers or products, one JSON document per line.
///
/// One result per line, in order, while further lines may still be on their way; read them as they come. A line that
/// can't be screened says why and spoils no other. What has no result yet is sent again after an interruption.
#[utoipa::path(post, path = "/v1/screenings/batch", tag = "screenings",
    request_body(content = NewScreening, content_type = "application/x-ndjson"),
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request; the same name gives the same answer for 24 hours. A batch under one has at most `limits.keyed_bytes` (4 MiB); an answer that is longer isn't kept.")),
    responses((status = 200, body = ScreeningResult, content_type = "application/x-ndjson"),
        (status = 413, body = Problem, description = "More than `limits.batch_bytes` (64 MiB), or under an Idempotency-Key more than `limits.keyed_bytes` (4 MiB).")))]
pub(super) async fn batch(
    node: Data<Node>,
    by: By,
    standing: Standing,
    lines: Lines<NewScreening>,
) -> Answer {
    let (node, actor) = (node.into_inner(), by.0);
    let standing = move || standing.check();
    answer_lines(lines, PART, standing, move |part| {
        let (node, actor) = (Arc::clone(&node), actor.clone());
        async move { Ok(node.screen_lines(&actor, part).await) }
    })
    .await
}

impl LineResult for ScreeningResult {
    fn refused(line: u64, problem: Problem) -> Self {
        Self {
            line,
            client_reference: None,
            result: None,
            problem: Some(problem),
        }
    }

    fn name(&mut self, client_reference: String) {
        self.client_reference = Some(client_reference);
    }

    fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }
}

/// Read a screening.
#[utoipa::path(get, path = "/v1/screenings/{id}", tag = "screenings", params(("id" = Uuid, Path)),
    responses((status = 200, body = Screening), (status = 404, body = Problem)))]
pub(super) async fn show(node: Data<Node>, id: Path<Uuid>) -> Answer {
    let text = node.screening_text(*id).await?;
    Ok(HttpResponse::Ok().content_type(ContentType::json()).body(text))
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
    let screening = node.decide(&by.0, *id, decision.0).await?;
    Ok(HttpResponse::Ok().json(screening))
}
