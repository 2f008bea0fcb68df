use actix_web::HttpResponse;
use actix_web::web::Data;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;

use super::{budgets, data_key, digests, explain, members, names, sync};
use crate::api::alike::complete;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Lianfang operator's socket 联防运维接口",
        description = "Administration of a node, by whoever can open the socket in its data folder. The platform door's \
            routes are there too, without tokens. Errors are problem documents (RFC 9457) with stable types."
    ),
    paths(
        sync::run,
        digests::build,
        names::rank,
        explain::show,
        budgets::list,
        budgets::grant,
        budgets::withdraw,
        data_key::show,
        data_key::change,
        members::list,
        members::approve,
        members::remove,
        members::replace,
        members::extend,
        members::invite,
        show,
    )
)]
struct Described;

/// The document of what only the operator's socket has.
pub fn document() -> OpenApi {
    let mut document = Described::openapi();
    complete(&mut document);
    document
}

/// The document of the operator's socket: another type, so that it stands beside the platform door's.
pub(super) struct Document(pub(super) OpenApi);

/// This document.
#[utoipa::path(get, path = "/v1/admin/openapi.json", operation_id = "document", tag = "about",
    responses((status = 200, body = serde_json::Value)))]
pub(super) async fn show(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok().json(&document.0)
}
