use actix_web::HttpResponse;
use actix_web::http::header::ContentType;
use actix_web::web::{Data, Query};
use lianfang_flow::Node;
use lianfang_wire::Problem;
use lianfang_wire::membership::Envelope;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::doors::Caller;
use crate::problem::Answer;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// The newest when absent.
    version: Option<u64>,
}

/// The envelope as its governors signed it, byte for byte.
#[utoipa::path(get, path = "/federation/v1/membership", tag = "membership",
    params(Wanted),
    responses((status = 200, body = Envelope), (status = 400, body = Problem), (status = 404, body = Problem)))]
pub(super) async fn show(node: Data<Node>, caller: Caller, wanted: Query<Wanted>) -> Answer {
    let envelope = node.membership(&caller.0, wanted.version).await?;
    Ok(HttpResponse::Ok()
        .content_type(ContentType::json())
        .body(envelope))
}
