//! Lines about what the node does. Never identifiers, tokens, bodies or query strings.

use lianfang_flow::TRACE;
use tracing_subscriber::filter::{EnvFilter, ParseError};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer as _, fmt, registry};

use crate::config::{Log, LogFormat};
use crate::traces::Layer;

/// Sends the lines of this process to standard error, and its spans to `traces`.
///
/// # Errors
/// When the filter's directives aren't understood.
pub fn start(log: &Log, traces: Option<Layer>) -> Result<(), ParseError> {
    let filter = EnvFilter::builder().parse(&log.filter)?;
    // Spans for traces would only make lines longer.
    let filter = filter.add_directive(format!("{TRACE}=off").parse()?);
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match log.format {
        LogFormat::Json => lines.json().flatten_event(true).with_filter(filter).boxed(),
        LogFormat::Pretty => lines.with_filter(filter).boxed(),
    };
    let layers: Vec<Layer> = traces.into_iter().chain([lines]).collect();
    // A second call, as in tests, changes nothing.
    let _ = registry().with(layers).try_init();
    Ok(())
}
