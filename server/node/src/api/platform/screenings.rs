use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Bytes, Data, Path};
use futures_util::{StreamExt as _, stream};
use lianfang_flow::{Actor, FlowError, Node};
use lianfang_wire::Problem;
use lianfang_wire::screening::{
    DecisionOutcome, NewScreening, Screening, ScreeningDecision, ScreeningResult,
};
use uuid::Uuid;

use super::By;
use crate::http::{Json, Lines};
use crate::problem::Answer;

/// Lines of a batch that are screened at once.
const LINES_AT_ONCE: usize = 16;

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

/// Screen many sellers or products, one JSON document per line.
///
/// One result per line, in order, as soon as it is there; a line that can't be screened says why and spoils no other.
#[utoipa::path(post, path = "/v1/screenings/batch", tag = "screenings",
    request_body(content = NewScreening, content_type = "application/x-ndjson"),
    responses((status = 200, body = ScreeningResult, content_type = "application/x-ndjson"), (status = 413, body = Problem)))]
pub(super) async fn batch(node: Data<Node>, by: By, lines: Lines<NewScreening>) -> Answer {
    let node = node.into_inner();
    let answers = stream::iter(lines.0)
        .map(move |(line, asked)| {
            let (node, actor) = (Arc::clone(&node), by.0.clone());
            async move { serialised(&screen_line(&node, &actor, line, asked).await) }
        })
        // Answers wait for whoever reads them, and screenings for the answers.
        .buffered(LINES_AT_ONCE);
    Ok(HttpResponse::Ok()
        .content_type("application/x-ndjson")
        .streaming(answers))
}

async fn screen_line(
    node: &Arc<Node>,
    actor: &Actor,
    line: u64,
    asked: Result<NewScreening, Problem>,
) -> ScreeningResult {
    let client_reference = asked
        .as_ref()
        .ok()
        .and_then(|asked| asked.client_reference.clone());
    let outcome = match asked {
        Ok(asked) => node.screen(actor, asked).await.map_err(|error| error.problem()),
        Err(problem) => Err(problem),
    };
    let (result, problem) = match outcome {
        Ok(screening) => (Some(screening), None),
        Err(problem) => (None, Some(problem)),
    };
    ScreeningResult {
        line,
        client_reference,
        result,
        problem,
    }
}

fn serialised(result: &ScreeningResult) -> Result<Bytes, FlowError> {
    let mut line = serde_json::to_vec(result).map_err(|_| FlowError::Internal("a result isn't JSON"))?;
    line.push(b'\n');
    Ok(line.into())
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
    let outcome = match decision.0.outcome {
        DecisionOutcome::Accepted => "accepted",
        DecisionOutcome::Rejected => "rejected",
        DecisionOutcome::Escalated => "escalated",
    };
    let screening = node.decide(&by.0, *id, decision.0).await?;
    node.audit(&by.0, "decide", id.to_string(), "screenings", outcome)
        .await?;
    Ok(HttpResponse::Ok().json(screening))
}
