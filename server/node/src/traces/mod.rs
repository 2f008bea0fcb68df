//! Traces of the node's own work, for a collector of its operator's (feature `otlp`). What may leave the node is said
//! twice: only spans of the target `lianfang::trace` are traced at all, and of those only the fields of one list are
//! exported. No other node learns of a trace, and none of another member's is continued: it would tie screenings of
//! different companies together.

#[cfg(feature = "otlp")]
mod otlp;
mod peers;
mod spans;
#[cfg(not(feature = "otlp"))]
mod without;

use std::path::PathBuf;

use crate::config::Traces;

#[cfg(feature = "otlp")]
pub use otlp::{Exporting, follow, start};
pub use peers::TracedPeers;
pub use spans::{answered, of_job, of_request};
#[cfg(not(feature = "otlp"))]
pub use without::{Exporting, follow, start};

/// Where lines and spans of the process go.
pub type Layer = Box<dyn tracing_subscriber::Layer<tracing_subscriber::Registry> + Send + Sync>;

/// Why traces can't be exported. One sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum TracesError {
    #[error("[traces] is configured, but this program was built without the feature `otlp`")]
    NotBuilt,
    #[error("traces.authorities: {0}: {1}")]
    Authorities(PathBuf, String),
    #[error("traces can't be exported: {0}")]
    Exporter(String),
}

/// Whether this program can do what is configured.
///
/// # Errors
/// [`TracesError::NotBuilt`].
pub fn supported(traces: Option<&Traces>) -> Result<(), TracesError> {
    match traces {
        Some(_) if cfg!(not(feature = "otlp")) => Err(TracesError::NotBuilt),
        _ => Ok(()),
    }
}
