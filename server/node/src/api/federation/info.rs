use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use lianfang_flow::Node;
use lianfang_wire::Problem;
use lianfang_wire::info::Info;
use lianfang_wire::membership::Hash32;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::doors::Caller;
use crate::problem::Answer;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The caller's own hash over what it holds of lists of others; what this node holds is told if it comes to another.
    #[param(value_type = Option<String>)]
    held: Option<Hash32>,
}

/// What this node holds that the caller may read.
#[utoipa::path(get, path = "/federation/v1/info", tag = "info", params(Wanted),
    responses((status = 200, body = Info), (status = 400, body = Problem)))]
pub(super) async fn show(node: Data<Node>, caller: Caller, wanted: Query<Wanted>) -> Answer {
    let mut info = node.info(&caller.0).await?;
    if let Some(known) = &wanted.held {
        info.held = node.held(&caller.0, &known.0).await?;
    }
    Ok(HttpResponse::Ok().json(info))
}
