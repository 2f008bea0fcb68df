use actix_web::http::{Method, StatusCode};
use lianfang_flow::TRACE;
use tracing::Span;
use tracing::field::Empty;

use crate::http::Door;
use crate::metrics::known_method;

/// Around a request and what is done for it, until its answer begins. What monitoring asks isn't traced.
pub fn of_request(door: Door, method: &Method, route: &str) -> Span {
    if door == Door::Operations {
        return Span::none();
    }
    let method = known_method(method.as_str());
    tracing::info_span!(
        target: TRACE,
        "request",
        otel.name = format_args!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        lianfang.door = door.as_str(),
    )
}

/// Notes what a request was answered with.
pub fn answered(span: &Span, status: StatusCode) {
    span.record("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.record("otel.status_code", "error");
    }
}

/// Around a run of a job.
pub fn of_job(job: &'static str) -> Span {
    tracing::info_span!(target: TRACE, "job", otel.name = job, lianfang.job = job)
}
