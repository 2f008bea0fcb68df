//! One migration at a time.

use diesel_migrations::MigrationHarness as _;

use super::{TestDatabase, must};
use crate::StoreError;
use crate::database::Link;
use crate::store::{POSTGRES, SQLITE};

impl TestDatabase {
    /// Applies the first migration that is missing.
    pub fn migrate_once(&self) {
        self.step(|link| match link {
            Link::Sqlite(conn, _) => conn.run_next_migration(SQLITE).map(drop),
            Link::Postgres(conn, _) => conn.run_next_migration(POSTGRES).map(drop),
        });
    }

    /// Takes the last migration back, and nothing else.
    pub fn revert_once(&self) {
        self.step(|link| match link {
            Link::Sqlite(conn, _) => conn.revert_last_migration(SQLITE).map(drop),
            Link::Postgres(conn, _) => conn.revert_last_migration(POSTGRES).map(drop),
        });
    }

    fn step<E: std::fmt::Display>(&self, step: impl FnOnce(&mut Link<'_>) -> Result<(), E>) {
        let mut why = None;
        let done = self.store.db.write(|link| {
            step(link).map_err(|error| {
                why = Some(error.to_string());
                StoreError::Migration
            })
        });
        must("migrate", done.map_err(|error| why.unwrap_or(error.to_string())));
    }
}
