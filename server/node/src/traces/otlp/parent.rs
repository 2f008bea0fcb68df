use actix_web::http::header::HeaderMap;
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{SpanContext, TraceContextExt as _, TraceState};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).and_then(|value| value.to_str().ok())
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(|name| name.as_str()).collect()
    }
}

/// Makes the present span part of the caller's trace, if it names one (`traceparent`, W3C Trace Context). What else it
/// says there (`tracestate`) isn't taken over.
pub fn follow(headers: &HeaderMap) {
    let said = TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers));
    let said = said.span().span_context().clone();
    if !said.is_valid() {
        return;
    }
    let parent = SpanContext::new(
        said.trace_id(),
        said.span_id(),
        said.trace_flags(),
        true,
        TraceState::NONE,
    );
    let parent = Context::new().with_remote_span_context(parent);
    // There is nothing to do when this request isn't traced.
    let _ = tracing::Span::current().set_parent(parent);
}
