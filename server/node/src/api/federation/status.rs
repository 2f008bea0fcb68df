use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use lianfang_encoding::Audience;
use lianfang_flow::Node;
use lianfang_wire::Problem;
use lianfang_wire::feed::StatusPage;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::doors::Caller;
use crate::problem::Answer;

const DEFAULT_PAGE: u32 = 500;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The sequence of the last item that the caller holds.
    #[serde(default)]
    after: u64,
    /// Most items, 500 when absent; at most 1,000 are given.
    limit: Option<u32>,
}

/// A page of the status feed of one audience.
#[utoipa::path(get, path = "/federation/v1/status/{audience}", tag = "status",
    params(("audience" = String, Path, example = "all"), Wanted),
    responses((status = 200, body = StatusPage), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn show(
    node: Data<Node>,
    caller: Caller,
    audience: Path<Audience>,
    wanted: Query<Wanted>,
) -> Answer {
    let limit = wanted.limit.unwrap_or(DEFAULT_PAGE);
    let page = node
        .status(&caller.0, audience.into_inner(), wanted.after, limit)
        .await?;
    Ok(HttpResponse::Ok().json(page))
}
