use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage as _, HttpResponse};
use lianfang_wire::{Problem, taxii};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::metrics::{Answered, Telemetry};
use crate::{problem, traces};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Nothing is loaded from elsewhere, and no page of ours is shown inside another.
const POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Which door a request came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    Federation,
    Platform,
    Operator,
    Operations,
    Regulator,
}

impl Door {
    /// Whether callers are members, known by their certificates.
    pub fn is_mutual(self) -> bool {
        matches!(self, Self::Federation | Self::Regulator)
    }

    /// Its name in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Federation => "federation",
            Self::Platform => "platform",
            Self::Operator => "operator",
            Self::Operations => "operations",
            Self::Regulator => "regulator",
        }
    }
}

/// Names one request in answers and logs: the caller's own name if it is harmless, else a random one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    fn of(request: &ServiceRequest) -> Self {
        let given = request
            .headers()
            .get(REQUEST_ID)
            .and_then(|value| value.to_str().ok());
        match given.filter(|name| harmless(name)) {
            Some(name) => Self(name.to_owned()),
            None => Self(Uuid::new_v4().to_string()),
        }
    }
}

fn harmless(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The outermost layer of every door: gives each request a name, turns whatever error comes out into a
/// problem document, counts it and logs it once. Logs the route's pattern, never path, query, body or headers.
pub async fn boundary<B: MessageBody + 'static>(
    door: Data<Door>,
    telemetry: Data<Telemetry>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = RequestId::of(&request);
    let method = request.method().clone();
    let route = request.match_pattern().unwrap_or_else(|| "-".to_owned());
    request.extensions_mut().insert(id.clone());
    let started = Instant::now();
    // Whatever is logged on the way names the request too.
    let span = tracing::info_span!("request", request.id = id.0);
    let traced = traces::of_request(**door, &method, &route);
    // The traced one is the inner: whoever recognises the caller finds it as the present one.
    let answering = next.call(request).instrument(traced.clone()).instrument(span);
    let answer = match answering.await {
        Ok(answer) => Ok(answer.map_into_boxed_body().map_body(|_, body| body)),
        Err(error) => Err(error.error_response()),
    };
    let status = answer
        .as_ref()
        .map_or_else(|response| response.status(), |answer| answer.status());
    let answered = Answered {
        door: door.as_str(),
        method: method.as_str(),
        route: &route,
        status: status.as_u16(),
        took: started.elapsed(),
    };
    telemetry.answered(&answered);
    traces::answered(&traced, status);
    log(&answered, &id);
    match answer {
        Ok(answer) => {
            let (request, response) = answer.into_parts();
            Ok(ServiceResponse::new(request, dressed(response, &id)))
        }
        Err(response) => Err(InternalError::from_response("", dressed(response, &id)).into()),
    }
}

fn log(answered: &Answered<'_>, id: &RequestId) {
    tracing::info!(
        http.door = answered.door,
        http.method = answered.method,
        http.route = answered.route,
        http.status = answered.status,
        http.milliseconds = u64::try_from(answered.took.as_millis()).unwrap_or(u64::MAX),
        request.id = id.0,
        "answered"
    );
}

fn dressed(response: HttpResponse, id: &RequestId) -> HttpResponse {
    let mut response = as_problem(response);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id.0) {
        headers.insert(REQUEST_ID, value);
    }
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

/// Replaces the framework's own error bodies.
fn as_problem(response: HttpResponse) -> HttpResponse {
    let status = response.status();
    let kind = response.headers().get(header::CONTENT_TYPE);
    let ours = [problem::MEDIA_TYPE, taxii::MEDIA_TYPE];
    let already = kind.is_some_and(|kind| ours.iter().any(|ours| kind.as_bytes() == ours.as_bytes()));
    if already || !(status.is_client_error() || status.is_server_error()) {
        return response;
    }
    let mut replaced = problem::respond(&Problem::new(problem::of_status(status)));
    *replaced.status_mut() = status;
    for name in [header::ALLOW, header::CONNECTION] {
        if let Some(value) = response.headers().get(&name) {
            replaced.headers_mut().insert(name, value.clone());
        }
    }
    replaced
}
