use actix_web::HttpResponse;
use actix_web::web::Data;
use lianfang_flow::{FlowError, Node};
use lianfang_identifier::{InputKind, Region};
use lianfang_wire::names::{RankNames, RankedName};
use lianfang_wire::{Problem, ProblemType};

use crate::api::platform::By;
use crate::http::Json;
use crate::problem::Answer;

/// Names in this node's own entries that resemble one.
#[utoipa::path(post, path = "/v1/admin/names", tag = "names", request_body = RankNames,
    responses((status = 200, body = [RankedName]), (status = 400, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn rank(node: Data<Node>, by: By, asked: Json<RankNames>) -> Answer {
    let asked = asked.0;
    let malformed = |detail| FlowError::because(ProblemType::Malformed, detail);
    let kind: InputKind = asked
        .kind
        .parse()
        .map_err(|_| malformed("/kind: use a kind printed by `lianfang identifier kinds`."))?;
    let region: Option<Region> = asked
        .region
        .map(|region| region.parse())
        .transpose()
        .map_err(|_| malformed("/region: an upper-case ISO 3166-1 alpha-2 code."))?;
    let ranked = node.rank_names(kind, &asked.value, region).await?;
    let outcome = format!("{} found", ranked.len());
    node.audit(&by.0, "rank_names", asked.kind, "operation", &outcome)
        .await?;
    Ok(HttpResponse::Ok().json(ranked))
}
