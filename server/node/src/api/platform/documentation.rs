use std::borrow::Cow;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::ContentType;
use actix_web::web::{Bytes, Data, Path};
use lianfang_wire::ProblemType;
use utoipa::OpenApi as _;
use utoipa::openapi::path::{HttpMethod, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, OpenApi};
use utoipa_swagger_ui::Config;

use super::{Access, alerts, entries, events, jwks, peers, roster, screenings, words};
use crate::api::alike::complete;
use crate::problem::Answer;

const TOKEN: &str = "token";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Lianfang platform door 联防平台接口",
        description = "Record sanctioned sellers and products, screen against every member's findings, and \
            watch who trades already. \
            Errors are problem documents (RFC 9457) with stable types."
    ),
    paths(
        entries::create,
        entries::batch,
        entries::list,
        entries::show,
        entries::timeline,
        entries::event,
        screenings::create,
        screenings::batch,
        screenings::show,
        screenings::decide,
        roster::put,
        roster::show,
        roster::delete,
        roster::batch,
        roster::status,
        alerts::list,
        alerts::resolve,
        events::follow,
        peers::list,
        peers::forks,
        peers::brake,
        jwks::show,
        show,
    )
)]
struct Described;

/// The document of the platform door, with the scope that each route really asks for.
pub fn document<'a>(routes: impl Iterator<Item = (&'a Method, &'static str, Access)>) -> OpenApi {
    let mut document = Described::openapi();
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("JWT")
        .build();
    let components = document.components.get_or_insert_with(Components::new);
    components.add_security_scheme(TOKEN, SecurityScheme::Http(bearer));
    for (method, path, access) in routes {
        if let (Access::Scope(scope), Some(item)) = (access, document.paths.paths.get_mut(path)) {
            require(item, method, scope.as_str());
        }
    }
    words::enumerate(&mut document);
    complete(&mut document);
    document
}

fn require(item: &mut PathItem, method: &Method, scope: &str) {
    let operation = match http_method(method) {
        Some(HttpMethod::Get) => item.get.as_mut(),
        Some(HttpMethod::Post) => item.post.as_mut(),
        Some(HttpMethod::Put) => item.put.as_mut(),
        Some(HttpMethod::Delete) => item.delete.as_mut(),
        _ => None,
    };
    if let Some(operation) = operation {
        operation.security = Some(vec![SecurityRequirement::new(TOKEN, [scope])]);
    }
}

fn http_method(method: &Method) -> Option<HttpMethod> {
    match method.as_str() {
        "GET" => Some(HttpMethod::Get),
        "POST" => Some(HttpMethod::Post),
        "PUT" => Some(HttpMethod::Put),
        "DELETE" => Some(HttpMethod::Delete),
        _ => None,
    }
}

/// The document as it is sent: one for all who ask.
pub(super) struct Written(Bytes);

impl Written {
    pub(super) fn of(document: &OpenApi) -> Self {
        Self(serde_json::to_vec(document).unwrap_or_default().into())
    }
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", operation_id = "document", tag = "about", responses((status = 200, body = serde_json::Value)))]
pub(super) async fn show(document: Data<Written>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::json())
        .body(document.0.clone())
}

/// The pages that show it, as they are in the program; none is copied for who asks.
pub(super) async fn page(path: Path<String>, config: Data<Config<'static>>) -> Answer {
    let file = utoipa_swagger_ui::serve(&path, config.into_inner()).map_err(|_| ProblemType::Internal)?;
    let file = file.ok_or(ProblemType::NotFound)?;
    let bytes = match file.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    };
    Ok(HttpResponse::Ok().content_type(file.content_type).body(bytes))
}
