//! What happens to databases in the field, brought about on purpose and taken back.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection};

use super::{Backend, TestDatabase, administer, must};
use crate::database::Db;

/// A table that nobody else can use until it is let go.
pub struct HeldTable(PgConnection);

impl HeldTable {
    /// Others can use it again.
    pub fn let_go(mut self) {
        must("let go", self.0.batch_execute("ROLLBACK"));
    }
}

impl std::fmt::Debug for HeldTable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HeldTable")
    }
}

impl TestDatabase {
    /// From now on a lock of another connection keeps everybody from `table` of PostgreSQL.
    pub fn hold_table(&self, table: &str) -> HeldTable {
        let mut conn = must("connect", PgConnection::establish(&self.settings.url));
        let lock = format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
        must("lock", conn.batch_execute(&lock));
        HeldTable(conn)
    }

    /// From now on nothing more fits: the SQLite file may not grow, PostgreSQL refuses events as it does on a full disk.
    pub fn fill_disk(&self) {
        match self.backend() {
            Backend::Sqlite => self.on_writer("PRAGMA max_page_count = 1"),
            Backend::Postgres => self.execute(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION \
                 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$; \
                 CREATE TRIGGER full_disk BEFORE INSERT ON events EXECUTE FUNCTION full_disk()",
            ),
        }
    }

    /// There is room again.
    pub fn free_disk(&self) {
        match self.backend() {
            Backend::Sqlite => self.on_writer("PRAGMA max_page_count = 1000000"),
            Backend::Postgres => self.execute("DROP TRIGGER full_disk ON events; DROP FUNCTION full_disk()"),
        }
    }

    /// From now on PostgreSQL takes an hour for each event that is written.
    pub fn slow_down(&self) {
        self.execute(
            "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(3600); RETURN NEW; END $$; \
             CREATE TRIGGER slow BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION slow()",
        );
    }

    /// It is as fast as before.
    pub fn speed_up(&self) {
        self.execute("DROP TRIGGER slow ON events; DROP FUNCTION slow()");
    }

    /// Nothing can be written any more, for whoever connects from now on; present connections are cut.
    pub fn make_read_only(&self) {
        match self.backend() {
            Backend::Sqlite => self.on_writer("PRAGMA query_only = ON"),
            Backend::Postgres => self.set_read_only("on"),
        }
    }

    /// It can be written again.
    pub fn make_writable(&self) {
        match self.backend() {
            Backend::Sqlite => self.on_writer("PRAGMA query_only = OFF"),
            Backend::Postgres => self.set_read_only("off"),
        }
    }

    fn set_read_only(&self, value: &str) {
        if let super::Place::Server { name } = &self.place {
            administer(&format!(
                "ALTER DATABASE {name} SET default_transaction_read_only = {value}"
            ));
            self.cut_connections();
        }
    }

    /// Cuts every connection to the database, as a restart of the server does.
    pub fn cut_connections(&self) {
        if let super::Place::Server { name } = &self.place {
            administer(&format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            ));
        }
    }

    /// On the one connection through which the store writes.
    fn on_writer(&self, sql: &str) {
        if let Db::Sqlite { rw, .. } = &self.store.db.pools {
            must("execute", must("connect", rw.get()).batch_execute(sql));
        }
    }
}
