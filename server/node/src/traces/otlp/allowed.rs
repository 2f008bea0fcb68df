use std::sync::atomic::{AtomicBool, Ordering};

use opentelemetry::trace::Status;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanExporter, SpanLinks};
use opentelemetry_sdk::{Resource, error::OTelSdkError};

/// Fields that may leave the node: routes and methods as the program knows them, statuses, counts, members, words of
/// the program.
const FIELDS: [&str; 10] = [
    "http.request.method",
    "http.response.status_code",
    "http.route",
    "lianfang.call",
    "lianfang.door",
    "lianfang.identifiers",
    "lianfang.job",
    "lianfang.outcome",
    "lianfang.peer",
    "lianfang.possible_hits",
];

/// Exports spans with those fields alone, and says so once when they can't be delivered and when they can be again.
#[derive(Debug)]
pub(super) struct Allowed<E> {
    exporter: E,
    failing: AtomicBool,
}

impl<E> Allowed<E> {
    pub(super) fn new(exporter: E) -> Self {
        Self {
            exporter,
            failing: AtomicBool::new(false),
        }
    }

    fn note(&self, spans: usize, outcome: &OTelSdkResult) {
        let failing = outcome.is_err();
        let changed = self.failing.swap(failing, Ordering::Relaxed) != failing;
        match outcome {
            Err(error) if changed => {
                tracing::warn!(traces.lost = spans, error = %error, "traces can't be delivered and are dropped");
            }
            Ok(()) if changed => tracing::info!("traces are delivered again"),
            _ => {}
        }
    }
}

impl<E: SpanExporter> SpanExporter for Allowed<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let spans = batch.len();
        let outcome = self.exporter.export(batch.into_iter().map(bare).collect()).await;
        self.note(spans, &outcome);
        outcome
    }

    fn shutdown_with_timeout(&self, timeout: std::time::Duration) -> Result<(), OTelSdkError> {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

fn bare(span: SpanData) -> SpanData {
    let SpanData {
        mut attributes,
        status,
        ..
    } = span;
    attributes.retain(|field| FIELDS.contains(&field.key.as_str()));
    let status = match status {
        Status::Error { .. } => Status::error(""),
        said => said,
    };
    SpanData {
        attributes,
        status,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        ..span
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use opentelemetry::KeyValue;
    use opentelemetry::trace::{Span as _, Tracer as _, TracerProvider as _};
    use opentelemetry_sdk::trace::SdkTracerProvider;

    use super::*;

    #[derive(Debug, Clone, Default)]
    struct Kept(Arc<Mutex<Vec<SpanData>>>);

    impl SpanExporter for Kept {
        async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
            self.0.lock().unwrap().extend(batch);
            Ok(())
        }
    }

    #[test]
    fn a_field_that_isn_t_listed_an_event_and_a_description_stay_here() {
        let kept = Kept::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(Allowed::new(kept.clone()))
            .build();
        let mut span = provider.tracer("test").start("request");
        span.set_attribute(KeyValue::new("identifier", "91350100M000100Y43"));
        span.set_attribute(KeyValue::new("http.route", "/v1/screenings"));
        span.add_event("91350100M000100Y43", Vec::new());
        span.set_status(Status::error("91350100M000100Y43"));
        span.end();
        let spans = kept.0.lock().unwrap();
        let said = format!("{spans:?}");
        assert!(said.contains("/v1/screenings"), "{said}");
        assert!(!said.contains("91350100M000100Y43"), "{said}");
        assert_eq!(spans[0].status, Status::error(""));
    }
}
