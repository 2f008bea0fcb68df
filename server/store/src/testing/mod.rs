//! A real database for each test, on both backends; for this crate's tests and those of the crates above it.
//!
//! SQLite lives in a temporary folder. PostgreSQL is the server that `LIANFANG_TEST_POSTGRES` names (the URL of a
//! maintenance database, whose user may create databases) or a throw-away one, started once per process. A test
//! that can't have its database fails; none is skipped.
#![expect(clippy::panic, reason = "a test without its database has failed")]

mod commits;
mod line;
mod server;
mod stepwise;
mod trouble;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

pub(crate) use commits::HeldCommits;
pub use line::SlowLine;
pub use server::OwnServer;
pub use trouble::HeldTable;

use crate::{DatabaseSettings, Store};

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// An own, migrated database, gone when dropped.
#[derive(Debug)]
pub struct TestDatabase {
    store: Store,
    settings: DatabaseSettings,
    place: Place,
}

#[derive(Debug)]
enum Place {
    /// Nothing for a file that somebody else keeps.
    Folder(#[expect(dead_code, reason = "removes the folder when dropped")] Option<TempDir>),
    Server {
        name: String,
    },
}

impl TestDatabase {
    /// One on each backend.
    pub fn each() -> [Self; 2] {
        [Self::sqlite(), Self::postgres()]
    }

    /// A SQLite file in a temporary folder.
    pub fn sqlite() -> Self {
        Self::on(Backend::Sqlite)
    }

    /// A database on a PostgreSQL server.
    pub fn postgres() -> Self {
        Self::on(Backend::Postgres)
    }

    /// A migrated database on `backend`.
    pub fn on(backend: Backend) -> Self {
        let database = Self::empty(backend);
        must("migrate", database.store.migrate());
        database
    }

    /// A database without any table.
    pub fn empty(backend: Backend) -> Self {
        let (place, url) = match backend {
            Backend::Sqlite => {
                let folder = must("create a folder", tempfile::tempdir());
                let url = format!("sqlite:{}", folder.path().join("store.db").display());
                (Place::Folder(Some(folder)), url)
            }
            Backend::Postgres => {
                let name = format!("lf_{}", Uuid::new_v4().simple());
                administer(&format!("CREATE DATABASE {name}"));
                let url = server::with_database(server::url(), &name);
                (Place::Server { name }, url)
            }
        };
        let settings = DatabaseSettings {
            connections: 8,
            ..DatabaseSettings::new(url)
        };
        let store = must("open", Store::open(&settings));
        Self {
            store,
            settings,
            place,
        }
    }

    /// The SQLite file at `url` behind a store that somebody else has opened and keeps.
    pub fn around(store: Store, url: &str) -> Self {
        Self {
            store,
            settings: DatabaseSettings::new(url),
            place: Place::Folder(None),
        }
    }

    /// Which database this is.
    pub fn backend(&self) -> Backend {
        match self.place {
            Place::Folder(_) => Backend::Sqlite,
            Place::Server { .. } => Backend::Postgres,
        }
    }

    /// The open store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Opens it anew, after its file was replaced.
    pub fn reopen(&mut self) {
        self.store = must("open", Store::open(&self.settings));
    }

    /// How to open it again, from this process or another.
    pub fn settings(&self) -> &DatabaseSettings {
        &self.settings
    }

    /// Runs statements behind the store's back.
    pub fn execute(&self, sql: &str) {
        match &self.place {
            Place::Folder(_) => {
                let path = self.settings.url.trim_start_matches("sqlite:");
                let mut conn = must("connect", diesel::SqliteConnection::establish(path));
                must("execute", conn.batch_execute(sql));
            }
            Place::Server { .. } => {
                let mut conn = must("connect", PgConnection::establish(&self.settings.url));
                must("execute", conn.batch_execute(sql));
            }
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Place::Server { name } = &self.place {
            administer(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

fn administer(sql: &str) {
    let mut conn = must(
        "connect to the test server",
        PgConnection::establish(server::url()),
    );
    must("administer", conn.batch_execute(sql));
}

fn must<T, E: std::fmt::Display>(what: &str, result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("test database: can't {what}: {error}"))
}
