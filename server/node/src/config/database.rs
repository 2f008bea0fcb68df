use std::fmt;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;

/// Where entries, events and screenings are kept.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    pub url: DatabaseUrl,
    /// Connections to PostgreSQL; SQLite keeps one writer and a few readers.
    pub connections: u32,
    /// How long PostgreSQL may work at one statement before it gives it up; 0 for as long as it takes.
    pub statement_seconds: u32,
    /// Memory in MiB in which SQLite's writer keeps what it has read and changed.
    pub cache_mib: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: DatabaseUrl("sqlite:lianfang.db".to_owned()),
            connections: 8,
            statement_seconds: 60,
            cache_mib: 64,
        }
    }
}

impl Database {
    /// How long PostgreSQL may work at one statement.
    pub fn statement(&self) -> Duration {
        Duration::from_secs(u64::from(self.statement_seconds))
    }

    pub(super) fn check(&self) -> Result<(), String> {
        if (1..=65_536).contains(&self.cache_mib) {
            Ok(())
        } else {
            Err("database.cache_mib: SQLite's cache takes from 1 to 65536 MiB".to_owned())
        }
    }

    pub(super) fn resolve(&mut self, data: &Path) {
        if let Some(file) = self.url.0.strip_prefix("sqlite:") {
            self.url.0 = format!("sqlite:{}", data.join(file).display());
        }
    }
}

/// `sqlite:FILE` or `postgres://…`. May hold a password, so `Debug` shows only the scheme.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct DatabaseUrl(String);

/// The scheme isn't one that is spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a database is `sqlite:FILE` or `postgres://USER@HOST/NAME`")]
pub struct DatabaseUrlError;

impl DatabaseUrl {
    /// The whole URL, password included.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for DatabaseUrl {
    type Error = DatabaseUrlError;

    fn try_from(text: String) -> Result<Self, DatabaseUrlError> {
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if known
            .iter()
            .any(|scheme| text.len() > scheme.len() && text.starts_with(scheme))
        {
            Ok(Self(text))
        } else {
            Err(DatabaseUrlError)
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.0.split(':').next().unwrap_or_default();
        write!(f, "DatabaseUrl({scheme}:…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_no_password() {
        let url = DatabaseUrl::try_from("postgres://node:hunter2@db/lianfang".to_owned()).unwrap();
        assert_eq!(format!("{url:?}"), "DatabaseUrl(postgres:…)");
    }

    #[test]
    fn a_cache_of_nothing_or_of_more_than_there_can_be_is_refused() {
        let of = |cache_mib| Database {
            cache_mib,
            ..Database::default()
        };
        assert_eq!(
            [0, 1, 65_536, 65_537].map(|size| of(size).check().is_ok()),
            [false, true, true, false]
        );
    }

    #[test]
    fn a_relative_file_lies_in_the_data_folder() {
        let mut database = Database::default();
        database.resolve(Path::new("/srv/a"));
        assert_eq!(database.url.expose(), "sqlite:/srv/a/lianfang.db");
    }
}
