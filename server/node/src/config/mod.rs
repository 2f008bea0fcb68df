//! Configuration: one file in TOML, overridden by environment variables `LIANFANG_<SECTION>__<KEY>`.
//! One struct per topic; keys that aren't known are refused.

mod brake;
mod budgets;
mod clock;
mod database;
mod doors;
mod jobs;
mod limits;
mod log;
mod node;
mod publishing;
mod retention;
mod roster;
mod sample;
mod screening;
mod tls;
mod tokens;
mod traces;

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format as _, Toml};
use serde::Deserialize;

pub use brake::Brake;
pub use budgets::{Budget, Budgets};
pub use clock::ClockSource;
pub use database::{Database, DatabaseUrl};
pub use doors::{Door, Doors, Operator};
pub use jobs::{Jobs, Schedule};
pub use limits::Limits;
pub use log::{Log, LogFormat};
pub use node::{Country, Node};
pub use publishing::Publishing;
pub use retention::Retention;
pub use roster::Roster;
pub use sample::sample;
pub use screening::Screening;
pub use tls::{KeyPair, Tls};
pub use tokens::{TokenIssuer, Tokens};
pub use traces::{Endpoint, Traces};

/// Name of the configuration file in a data folder.
pub const FILE: &str = "lianfang.toml";

/// Everything a node has to be told.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub node: Node,
    #[serde(default)]
    pub database: Database,
    #[serde(default)]
    pub doors: Doors,
    #[serde(default)]
    pub tls: Tls,
    #[serde(default)]
    pub tokens: Tokens,
    #[serde(default)]
    pub screening: Screening,
    #[serde(default)]
    pub brake: Brake,
    #[serde(default)]
    pub publishing: Publishing,
    #[serde(default)]
    pub roster: Roster,
    #[serde(default)]
    pub retention: Retention,
    #[serde(default)]
    pub budgets: Budgets,
    #[serde(default)]
    pub jobs: Jobs,
    #[serde(default)]
    pub clock: ClockSource,
    #[serde(default)]
    pub limits: Limits,
    #[serde(default)]
    pub log: Log,
    /// None: nothing is traced.
    #[serde(default)]
    pub traces: Option<Traces>,
}

/// Why a configuration was refused. The text names file, key and rule, never a value that may be secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{0} doesn't exist: `lianfang init` writes one")]
    Missing(PathBuf),
    #[error("{file}: {reason}")]
    Refused { file: PathBuf, reason: String },
}

impl Config {
    /// Reads `file` and the environment. Relative paths are taken from the folder of the file.
    ///
    /// # Errors
    /// [`ConfigError`] that names the key and what is expected of it.
    pub fn load(file: &Path) -> Result<Self, ConfigError> {
        if !file.is_file() {
            return Err(ConfigError::Missing(file.to_owned()));
        }
        let mut config = Self::extract(Figment::new().merge(Toml::file_exact(file)).merge(environment()))
            .map_err(|reason| ConfigError::Refused {
                file: file.to_owned(),
                reason,
            })?;
        config.resolve(file.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    fn extract(figment: Figment) -> Result<Self, String> {
        let config: Self = figment.extract().map_err(|error| explain(&error))?;
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), String> {
        self.limits.check()?;
        self.database.check()?;
        self.budgets.check()?;
        self.publishing.check()?;
        self.roster.check()?;
        self.tokens.check(self.node.id.as_str())?;
        self.traces.as_ref().map_or(Ok(()), Traces::check)?;
        self.doors.check()
    }

    fn resolve(&mut self, folder: &Path) {
        self.node.data_dir = folder.join(&self.node.data_dir);
        let data = self.node.data_dir.clone();
        self.database.resolve(&data);
        self.tls.resolve(&data);
        self.tokens.resolve(&data);
        self.clock.resolve(&data);
        if let Some(traces) = &mut self.traces {
            traces.resolve(&data);
        }
    }
}

/// Only names with a section count, so that other variables of the program don't clash.
fn environment() -> Env {
    Env::prefixed("LIANFANG_")
        .filter(|key| key.as_str().contains("__"))
        .split("__")
}

/// The first rule that was broken, with its key; several lines become one.
fn explain(error: &figment::Error) -> String {
    use figment::error::Kind;
    let key = error.path.join(".");
    let rule = match &error.kind {
        Kind::UnknownField(_, known) => format!("isn't known; known here are {}", known.join(", ")),
        Kind::MissingField(field) => format!("`{field}` is required"),
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => format!("expected {expected}"),
        Kind::UnknownVariant(_, known) => format!("expected one of {}", known.join(", ")),
        other => other.to_string(),
    };
    let text = if key.is_empty() {
        rule
    } else {
        format!("{key}: {rule}")
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = "[node]\nid = \"platform-a\"\nrole = \"platform\"\njurisdiction = \"CN\"\n";

    fn load(text: &str) -> Result<Config, String> {
        Config::extract(Figment::new().merge(Toml::string(text)))
    }

    #[test]
    fn a_node_needs_no_more_than_its_name_role_and_country() {
        let config = load(LEAST).unwrap();
        assert_eq!(config.node.id.as_str(), "platform-a");
        assert_eq!(config.doors, Doors::default());
    }

    #[test]
    fn unknown_keys_are_refused_by_name() {
        let refused = load(&format!("{LEAST}\n[limits]\nbodysize = 1\n")).unwrap_err();
        assert!(refused.starts_with("limits.bodysize: isn't known"), "{refused}");
        assert!(load(&format!("{LEAST}\n[colour]\nred = 1\n")).is_err());
    }

    #[test]
    fn a_refusal_names_the_key_and_the_rule_on_one_line() {
        let refused = load(&LEAST.replace("\"CN\"", "\"China\"")).unwrap_err();
        assert!(refused.starts_with("node.jurisdiction: "), "{refused}");
        let refused = load(&format!("{LEAST}\n[jobs]\nnightly_build = \"every night\"\n")).unwrap_err();
        assert!(
            refused.starts_with("jobs.nightly_build: ") && !refused.contains('\n'),
            "{refused}"
        );
    }

    #[test]
    fn a_refused_database_url_is_not_repeated() {
        let refused = load(&format!("{LEAST}\n[database]\nurl = \"mysql://u:secret@h/d\"\n")).unwrap_err();
        assert!(!refused.contains("secret"), "{refused}");
    }
}
