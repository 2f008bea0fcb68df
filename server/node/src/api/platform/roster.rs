use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use lianfang_flow::Node;
use lianfang_wire::Problem;
use lianfang_wire::roster::{MonitoredSubject, NewMonitoredSubject, RosterLine, RosterResult, RosterStatus};

use super::etag::if_none;
use super::{By, Standing};
use crate::http::{Json, LineResult, Lines, answer_lines};
use crate::problem::Answer;

/// Subjects tokenised and written together.
const PART: usize = 1_000;

/// Watch a seller or product that trades already.
///
/// The same reference again replaces it. It is matched at once against everything in force and from then on against
/// whatever arrives; a confirmed finding becomes an alert. `complete: false` says that the token committee couldn't be
/// asked; the node goes on trying.
#[utoipa::path(put, path = "/v1/monitored-subjects/{client_reference}", tag = "roster",
    request_body = NewMonitoredSubject,
    params(("client_reference" = String, Path),
        ("If-None-Match" = Option<String>, Header, description = "`*`: only if nothing is watched under this reference yet.")),
    responses((status = 201, body = MonitoredSubject), (status = 200, body = MonitoredSubject, description = "It was replaced."),
        (status = 412, body = Problem, description = "With `If-None-Match: *`: something is watched under it."),
        (status = 422, body = Problem)))]
pub(super) async fn put(
    node: Data<Node>,
    by: By,
    reference: Path<String>,
    request: HttpRequest,
    new: Json<NewMonitoredSubject>,
) -> Answer {
    let (node, reference) = (node.into_inner(), reference.into_inner());
    let put = match if_none(&request)? {
        true => node.put_new_subject(&by.0, reference, new.0).await?,
        false => node.put_subject(&by.0, reference, new.0).await?,
    };
    let status = if put.created {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok(HttpResponse::build(status).json(put.subject))
}

/// Read what is watched under a reference.
#[utoipa::path(get, path = "/v1/monitored-subjects/{client_reference}", tag = "roster",
    params(("client_reference" = String, Path)),
    responses((status = 200, body = MonitoredSubject), (status = 404, body = Problem)))]
pub(super) async fn show(node: Data<Node>, reference: Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(node.monitored_subject(reference.into_inner()).await?))
}

/// Watch a seller or product no longer; its open alerts close.
#[utoipa::path(delete, path = "/v1/monitored-subjects/{client_reference}", tag = "roster",
    params(("client_reference" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn delete(node: Data<Node>, by: By, reference: Path<String>) -> Answer {
    node.delete_subject(&by.0, reference.into_inner()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Watch many sellers and products, one JSON document per line.
///
/// One result per line, in order, while further lines may still be on their way. Send the whole batch again after an interruption: what is unchanged costs nothing.
#[utoipa::path(post, path = "/v1/monitored-subjects/batch", tag = "roster",
    request_body(content = RosterLine, content_type = "application/x-ndjson"),
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request; the same name gives the same answer for 24 hours. A batch under one has at most `limits.keyed_bytes` (4 MiB); an answer that is longer isn't kept.")),
    responses((status = 200, body = RosterResult, content_type = "application/x-ndjson"),
        (status = 413, body = Problem, description = "More than `limits.batch_bytes` (64 MiB), or under an Idempotency-Key more than `limits.keyed_bytes` (4 MiB).")))]
pub(super) async fn batch(node: Data<Node>, by: By, standing: Standing, lines: Lines<RosterLine>) -> Answer {
    let (node, actor) = (node.into_inner(), by.0);
    let standing = move || standing.check();
    answer_lines(lines, PART, standing, move |part| {
        let (node, actor) = (Arc::clone(&node), actor.clone());
        async move { node.put_subjects(&actor, part).await }
    })
    .await
}

impl LineResult for RosterResult {
    fn refused(line: u64, problem: Problem) -> Self {
        Self {
            line,
            client_reference: None,
            created: None,
            complete: None,
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

/// How much is watched.
#[utoipa::path(get, path = "/v1/roster", tag = "roster", responses((status = 200, body = RosterStatus)))]
pub(super) async fn status(node: Data<Node>) -> Answer {
    Ok(HttpResponse::Ok().json(node.roster_status().await?))
}
