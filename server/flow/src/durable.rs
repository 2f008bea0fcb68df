/// Says that something is on disk now, for tests that kill the process right there. Silent unless the log's filter
/// names the target `durable_step`; no default does.
pub fn durable_step(step: &'static str) {
    tracing::trace!(target: "durable_step", step);
}
