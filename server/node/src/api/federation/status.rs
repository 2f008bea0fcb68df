use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use lianfang_encoding::Audience;
use lianfang_flow::Node;
use serde::Deserialize;

use crate::doors::Caller;
use crate::problem::Answer;

const DEFAULT_PAGE: u32 = 500;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    #[serde(default)]
    after: u64,
    limit: Option<u32>,
}

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
