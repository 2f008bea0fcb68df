use actix_web::HttpResponse;
use actix_web::web::Data;
use utoipa::OpenApi as _;
use utoipa::openapi::security::{SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, OpenApi};

use super::{bodies, confirm, digests, evaluate, info, membership, notify, seen, status};
use crate::api::alike::complete;

const CERTIFICATE: &str = "certificate";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Lianfang federation door 联防联盟接口",
        description = "What members say to each other (PROTOCOL.md). Whatever the caller may not see is answered like \
            what doesn't exist. Errors are problem documents (RFC 9457) with stable types."
    ),
    paths(
        info::show,
        evaluate::evaluate,
        confirm::confirm,
        bodies::show,
        digests::head,
        digests::heads,
        status::show,
        membership::show,
        seen::show,
        seen::claim,
        seen::status,
        notify::notified,
        show,
    )
)]
struct Described;

/// The document of the federation door. The caller is known by its certificate at every route.
pub fn document() -> OpenApi {
    let mut document = Described::openapi();
    let member = SecurityScheme::MutualTls {
        description: Some(
            "The certificate that the membership document pins for an active member".to_owned(),
        ),
        deprecated: None,
        extensions: None,
    };
    let components = document.components.get_or_insert_with(Components::new);
    components.add_security_scheme(CERTIFICATE, member);
    document.security = Some(vec![SecurityRequirement::new(CERTIFICATE, Vec::<String>::new())]);
    complete(&mut document);
    document
}

/// This document.
#[utoipa::path(get, path = "/federation/v1/openapi.json", operation_id = "document", tag = "about",
    responses((status = 200, body = serde_json::Value)))]
pub(super) async fn show(document: Data<OpenApi>) -> HttpResponse {
    HttpResponse::Ok().json(document.as_ref())
}
