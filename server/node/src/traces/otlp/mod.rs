mod allowed;
mod collector;
mod parent;

use std::time::Duration;

use lianfang_flow::TRACE;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, filter_fn};

use self::allowed::Allowed;
use self::collector::Collector;
use super::{Layer, TracesError};
use crate::config::{Config, Traces};

pub use parent::follow;

/// Spans that wait for the collector; more are dropped.
const QUEUE: usize = 2_048;
const BATCH: usize = 512;
const EVERY: Duration = Duration::from_secs(5);

/// What takes spans to the collector, in the background.
#[derive(Debug)]
pub struct Exporting(Option<(SdkTracerProvider, Duration)>);

/// Begins to export what the configuration asks for. Needs a runtime.
///
/// # Errors
/// [`TracesError`] when the collector can't be called as configured. One that doesn't answer is none.
pub fn start(config: &Config) -> Result<Exporting, TracesError> {
    let Some(traces) = &config.traces else {
        return Ok(Exporting(None));
    };
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Collector::new(traces)?)
        .with_endpoint(traces.endpoint.as_str())
        .with_timeout(traces.timeout())
        .build()
        .map_err(|error| TracesError::Exporter(error.to_string()))?;
    let about = Resource::builder_empty().with_attributes([
        KeyValue::new("service.name", "lianfang"),
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        KeyValue::new("service.instance.id", config.node.id.to_string()),
    ]);
    let provider = SdkTracerProvider::builder()
        .with_resource(about.build())
        .with_sampler(sampler(traces))
        .with_span_processor(batches(Allowed::new(exporter)))
        .build();
    Ok(Exporting(Some((provider, traces.timeout()))))
}

fn sampler(traces: &Traces) -> Sampler {
    Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(traces.sample_ratio)))
}

fn batches(exporter: Allowed<SpanExporter>) -> BatchSpanProcessor {
    let bounds = BatchConfigBuilder::default()
        .with_max_queue_size(QUEUE)
        .with_max_export_batch_size(BATCH)
        .with_scheduled_delay(EVERY);
    BatchSpanProcessor::builder(exporter)
        .with_batch_config(bounds.build())
        .build()
}

impl Exporting {
    /// Where spans go.
    pub fn layer(&self) -> Option<Layer> {
        let (provider, _) = self.0.as_ref()?;
        let ours = filter_fn(|about| about.is_span() && about.target() == TRACE);
        let layer = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("lianfang"))
            .with_location(false)
            .with_target(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            // A span begins with its first child: until then its caller's trace can be followed.
            .with_context_activation(false);
        Some(
            layer
                .with_filter(ours.with_max_level_hint(LevelFilter::INFO))
                .boxed(),
        )
    }

    /// Delivers what is left, in the time that a batch has.
    pub async fn close(self) {
        let Some((provider, timeout)) = self.0 else { return };
        // It blocks.
        let closed = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(timeout)).await;
        if !matches!(closed, Ok(Ok(()))) {
            tracing::warn!("the last traces weren't delivered");
        }
    }
}
