use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;

/// Where traces of this node's own work go. The program has to be built with the feature `otlp`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traces {
    /// Where the collector takes OTLP over HTTP (protobuf).
    pub endpoint: Endpoint,
    /// Authorities that a collector on https is believed by, in PEM; needed there.
    #[serde(default)]
    pub authorities: Option<PathBuf>,
    /// The share of requests that are traced, from 0 to 1.
    #[serde(default = "a_tenth")]
    pub sample_ratio: f64,
    /// What the collector gets for one batch, and the stop for the last one.
    #[serde(default = "ten")]
    pub timeout_seconds: u32,
    /// Whether a caller of the platform door whose token counts may make this node's work part of its own trace and
    /// say whether that is traced (`traceparent`).
    #[serde(default)]
    pub follow_callers: bool,
}

/// A whole URL, without anything that may be secret.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Endpoint(reqwest::Url);

impl Traces {
    /// See [`Traces::timeout_seconds`].
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(u64::from(self.timeout_seconds))
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if !(0.0..=1.0).contains(&self.sample_ratio) {
            return Err("traces.sample_ratio: expected a number from 0 to 1".to_owned());
        }
        if !(1..=60).contains(&self.timeout_seconds) {
            return Err("traces.timeout_seconds: expected a number from 1 to 60".to_owned());
        }
        if self.endpoint.0.scheme() == "https" && self.authorities.is_none() {
            return Err("traces.authorities: needed for a collector on https".to_owned());
        }
        Ok(())
    }

    pub(super) fn resolve(&mut self, data: &Path) {
        if let Some(authorities) = &mut self.authorities {
            *authorities = data.join(&*authorities);
        }
    }
}

fn a_tenth() -> f64 {
    0.1
}

fn ten() -> u32 {
    10
}

impl Endpoint {
    /// The URL.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl TryFrom<String> for Endpoint {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        const EXPECTED: &str =
            "expected http or https, a host and a path, such as http://127.0.0.1:4318/v1/traces";
        let url = reqwest::Url::parse(&text).map_err(|_| EXPECTED)?;
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        if matches!(url.scheme(), "http" | "https") && url.has_host() && bare {
            Ok(Self(url))
        } else {
            Err(EXPECTED)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Traces, String> {
        let traces: Traces = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        traces.check().map(|()| traces)
    }

    #[test]
    fn a_collector_beside_the_node_needs_no_more_than_its_address() {
        let traces = read("endpoint = \"http://127.0.0.1:4318/v1/traces\"").unwrap();
        assert_eq!(traces.endpoint.as_str(), "http://127.0.0.1:4318/v1/traces");
        assert!((traces.sample_ratio - 0.1).abs() < f64::EPSILON && !traces.follow_callers);
    }

    #[test]
    fn a_refusal_names_the_rule_and_not_what_may_be_secret() {
        let refused = [
            ("endpoint = \"ftp://h/t\"", "expected http or https"),
            ("endpoint = \"127.0.0.1:4318\"", "expected http or https"),
            ("endpoint = \"http://u:hunter2@h/t\"", "expected http or https"),
            ("endpoint = \"http://h/t?key=hunter2\"", "expected http or https"),
            ("sample_ratio = 0.5", "endpoint"),
            ("endpoint = \"https://h/t\"", "traces.authorities: "),
            (
                "endpoint = \"http://h/t\"\nsample_ratio = 1.5",
                "traces.sample_ratio: ",
            ),
            (
                "endpoint = \"http://h/t\"\nsample_ratio = nan",
                "traces.sample_ratio: ",
            ),
            (
                "endpoint = \"http://h/t\"\ntimeout_seconds = 0",
                "traces.timeout_seconds: ",
            ),
        ];
        for (text, rule) in refused {
            let said = read(text).unwrap_err();
            assert!(said.contains(rule) && !said.contains("hunter2"), "{text}: {said}");
        }
    }
}
