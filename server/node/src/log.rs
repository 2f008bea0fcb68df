//! Lines about what the node does. Never identifiers, tokens, bodies or query strings.

use tracing_subscriber::filter::{EnvFilter, ParseError};

use crate::config::{Log, LogFormat};

/// Sends the lines of this process to standard error.
///
/// # Errors
/// When the filter's directives aren't understood.
pub fn start(log: &Log) -> Result<(), ParseError> {
    let filter = EnvFilter::builder().parse(&log.filter)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second call, as in tests, changes nothing.
    let _ = match log.format {
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
        LogFormat::Pretty => builder.try_init(),
    };
    Ok(())
}
