//! Figures of one node. No global recorder, so that many nodes fit into one process.

mod described;
mod figures;

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

pub use described::{DESCRIBED, Figure};
use metrics::{Key, KeyName, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};

/// Seconds; a screening with three evaluations is in the middle.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
/// Durations that are kept one by one until they are taken into the buckets: whether anybody asks for figures or not.
const UNSORTED: u32 = 4_096;
const ABOUT: Metadata<'static> = Metadata::new("lianfang", Level::INFO, None);

/// Counts and durations, and their text for Prometheus.
pub struct Telemetry {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    unsorted: AtomicU32,
}

/// What is known of an answered request. Nothing of its content.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    pub door: &'static str,
    pub method: &'a str,
    /// The route's pattern, never the path.
    pub route: &'a str,
    pub status: u16,
    pub took: Duration,
}

impl Telemetry {
    /// # Errors
    /// When the buckets aren't accepted.
    pub fn new() -> Result<Self, BuildError> {
        let recorder = PrometheusBuilder::new().set_buckets(&BUCKETS)?.build_recorder();
        for (name, figure, about) in DESCRIBED {
            let (name, about) = (KeyName::from(*name), (*about).into());
            match figure {
                Figure::Counter => recorder.describe_counter(name, None, about),
                Figure::Gauge => recorder.describe_gauge(name, None, about),
                Figure::Histogram => recorder.describe_histogram(name, None, about),
            }
        }
        let handle = recorder.handle();
        Ok(Self {
            recorder,
            handle,
            unsorted: AtomicU32::new(0),
        })
    }

    /// Counts a request.
    pub fn answered(&self, request: &Answered<'_>) {
        let labels = vec![
            Label::from_static_parts("door", request.door),
            Label::from_static_parts("method", known_method(request.method)),
            Label::new("route", request.route.to_owned()),
            Label::new("status", request.status.to_string()),
        ];
        let key = Key::from_parts("lianfang_http_requests_total", labels.clone());
        self.recorder.register_counter(&key, &ABOUT).increment(1);
        let key = Key::from_parts("lianfang_http_request_seconds", labels);
        self.recorder
            .register_histogram(&key, &ABOUT)
            .record(request.took.as_secs_f64());
        if self.unsorted.fetch_add(1, Ordering::Relaxed) + 1 >= UNSORTED {
            self.sort();
        }
    }

    /// Takes into the buckets what was measured since the last time.
    fn sort(&self) {
        self.unsorted.store(0, Ordering::Relaxed);
        self.handle.run_upkeep();
    }

    /// Counts a run of a job.
    pub fn job_finished(&self, job: &'static str, succeeded: bool) {
        let outcome = if succeeded { "succeeded" } else { "failed" };
        let labels = vec![
            Label::from_static_parts("job", job),
            Label::from_static_parts("outcome", outcome),
        ];
        let key = Key::from_parts("lianfang_job_runs_total", labels);
        self.recorder.register_counter(&key, &ABOUT).increment(1);
    }

    /// Notes a present value.
    pub fn gauge(&self, name: &'static str, labels: Vec<Label>, value: f64) {
        self.recorder
            .register_gauge(&Key::from_parts(name, labels), &ABOUT)
            .set(value);
    }

    /// Takes over a count that is kept elsewhere.
    fn counter(&self, name: &'static str, labels: Vec<Label>, count: u64) {
        self.recorder
            .register_counter(&Key::from_parts(name, labels), &ABOUT)
            .absolute(count);
    }

    /// The text that Prometheus reads.
    pub fn render(&self) -> String {
        self.sort();
        self.handle.render()
    }
}

/// Methods that somebody makes up don't make series.
pub(crate) fn known_method(method: &str) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"];
    KNOWN
        .into_iter()
        .find(|known| *known == method)
        .unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_nodes_in_one_process_count_apart() {
        let (one, other) = (Telemetry::new().unwrap(), Telemetry::new().unwrap());
        one.job_finished("nightly_sync", true);
        let line = "lianfang_job_runs_total{job=\"nightly_sync\",outcome=\"succeeded\"} 1";
        assert!(one.render().contains(line), "{}", one.render());
        assert!(!other.render().contains("nightly_sync"));
    }

    #[test]
    fn durations_are_taken_into_buckets_although_nobody_asks_for_figures() {
        let telemetry = Telemetry::new().unwrap();
        let answered = Answered {
            door: "platform",
            method: "GET",
            route: "-",
            status: 404,
            took: Duration::from_millis(1),
        };
        for count in 1..=3 * UNSORTED {
            telemetry.answered(&answered);
            assert_eq!(telemetry.unsorted.load(Ordering::Relaxed), count % UNSORTED);
        }
        let counted = format!("status=\"404\"}} {}\n", 3 * UNSORTED);
        assert_eq!(
            telemetry.render().matches(&counted).count(),
            2,
            "requests and durations"
        );
    }
}
