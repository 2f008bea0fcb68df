use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use lianfang_flow::{AlertFilter, Node};
use lianfang_wire::Problem;
use lianfang_wire::alert::{Alert, AlertDecision, AlertPage, AlertState};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::By;
use crate::http::Json;
use crate::problem::Answer;

const DEFAULT_PAGE: u32 = 100;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Only alerts in this state: `open`, `resolved` or `closed`.
    #[param(value_type = Option<String>)]
    state: Option<AlertState>,
    /// Only alerts about this subject.
    client_reference: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Alerts on one page, 100 by default, 500 at most.
    limit: Option<u32>,
}

/// List alerts in the order they were opened.
#[utoipa::path(get, path = "/v1/alerts", tag = "alerts", params(Wanted),
    responses((status = 200, body = AlertPage), (status = 400, body = Problem)))]
pub(super) async fn list(node: Data<Node>, wanted: Query<Wanted>) -> Answer {
    let wanted = wanted.into_inner();
    let filter = AlertFilter {
        state: wanted.state,
        client_reference: wanted.client_reference,
        cursor: wanted.cursor,
        limit: wanted.limit.unwrap_or(DEFAULT_PAGE),
    };
    Ok(HttpResponse::Ok().json(node.into_inner().alerts(filter).await?))
}

/// Note what the platform decided about an alert.
///
/// The first decision stands. What was found doesn't come back until the publisher's record changes.
#[utoipa::path(post, path = "/v1/alerts/{id}/resolve", tag = "alerts", request_body = AlertDecision,
    params(("id" = Uuid, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request; the same name gives the same answer for 24 hours.")),
    responses((status = 200, body = Alert), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn resolve(
    node: Data<Node>,
    by: By,
    id: Path<Uuid>,
    decision: Json<AlertDecision>,
) -> Answer {
    Ok(HttpResponse::Ok().json(node.resolve_alert(&by.0, *id, decision.0).await?))
}
