use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use diesel::sql_types::BigInt;
use diesel::{QueryableByName, RunQueryDsl};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::StoreError;
use crate::database::{Counted, Db, Link, query, without_limit};
use crate::locks::{Lock, lock};
use crate::meter::Meter;
use crate::peers_seen::PeersSeen;
use crate::statements::Statements;

pub(crate) const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
pub(crate) const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Which database, and how it is used.
#[derive(Clone)]
pub struct DatabaseSettings {
    /// `sqlite:PATH` or `postgres://user:password@host/name`; the second may hold a password.
    pub url: String,
    /// Connections to PostgreSQL, or readers of a SQLite file (which always has one writer).
    pub connections: u32,
    /// How long a call waits for a connection, and then for a lock, before it is [`StoreError::Busy`].
    pub patience: Duration,
    /// How long PostgreSQL may work at one statement before it gives it up and the call is [`StoreError::Busy`].
    pub statement: Duration,
    /// Memory in MiB in which the writer of a SQLite file keeps what it has read and changed.
    pub cache_mib: u32,
}

impl DatabaseSettings {
    /// Four connections, two seconds, a minute, and 64 MiB.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            connections: 4,
            patience: Duration::from_secs(2),
            statement: Duration::from_secs(60),
            cache_mib: 64,
        }
    }
}

impl fmt::Debug for DatabaseSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.url.split(':').next().unwrap_or_default();
        write!(f, "DatabaseSettings({scheme}, {} connections)", self.connections)
    }
}

/// A node's database. Every call blocks; clones share the connections.
#[derive(Clone)]
pub struct Store {
    pub(crate) db: Arc<Counted>,
    pub(crate) peers_seen: Arc<PeersSeen>,
}

impl Store {
    /// Connects; creates a SQLite file (mode 0600) when it is missing. Run [`Store::migrate`] before use.
    ///
    /// # Errors
    /// [`StoreError::Url`], [`StoreError::Unavailable`].
    pub fn open(settings: &DatabaseSettings) -> Result<Self, StoreError> {
        Ok(Self {
            db: Arc::new(Counted {
                pools: Db::open(settings)?,
                statements: Statements::default(),
                meter: Meter::default(),
            }),
            peers_seen: Arc::default(),
        })
    }

    /// Applies the migrations that are missing, all or none. Replicas may call it at the same time.
    ///
    /// # Errors
    /// [`StoreError::Migration`] when the database is not what these migrations lead from.
    pub fn migrate(&self) -> Result<(), StoreError> {
        self.db.write(|link| {
            without_limit(link)?;
            lock(link, Lock::Migrations)?;
            match link {
                Link::Sqlite(conn, _) => conn.run_pending_migrations(SQLITE).map(drop),
                Link::Postgres(conn, _) => conn.run_pending_migrations(POSTGRES).map(drop),
            }
            .map_err(|_| StoreError::Migration)
        })
    }

    /// Takes every migration back, and all data with them.
    ///
    /// # Errors
    /// [`StoreError::Migration`].
    pub fn revert_all(&self) -> Result<(), StoreError> {
        self.db.write(|link| {
            without_limit(link)?;
            lock(link, Lock::Migrations)?;
            match link {
                Link::Sqlite(conn, _) => conn.revert_all_migrations(SQLITE).map(drop),
                Link::Postgres(conn, _) => conn.revert_all_migrations(POSTGRES).map(drop),
            }
            .map_err(|_| StoreError::Migration)
        })
    }

    /// Whether migrations are missing. Leaves an empty database empty.
    ///
    /// # Errors
    /// [`StoreError::Migration`].
    pub fn needs_migration(&self) -> Result<bool, StoreError> {
        self.db.write(|link| {
            // Whoever asks diesel for the migrations that were applied creates the table of them.
            if !notes_migrations(link)? {
                return Ok(true);
            }
            match link {
                Link::Sqlite(conn, _) => conn.has_pending_migration(SQLITE),
                Link::Postgres(conn, _) => conn.has_pending_migration(POSTGRES),
            }
            .map_err(|_| StoreError::Migration)
        })
    }

    /// Asks the database for one row, for readiness checks.
    ///
    /// # Errors
    /// [`StoreError::Busy`], [`StoreError::Unavailable`].
    pub fn ping(&self) -> Result<(), StoreError> {
        self.db.read(|link| {
            query!(link, |conn| diesel::sql_query("SELECT 1").execute(conn))?;
            Ok(())
        })
    }
}

#[derive(QueryableByName)]
struct Tables {
    #[diesel(sql_type = BigInt)]
    tables: i64,
}

/// Whether there is the table in which diesel notes what it has applied.
fn notes_migrations(link: &mut Link<'_>) -> Result<bool, StoreError> {
    let count = match link {
        Link::Sqlite(..) => {
            "SELECT count(*) AS tables FROM sqlite_master WHERE name = '__diesel_schema_migrations'"
        }
        Link::Postgres(..) => {
            "SELECT count(*) AS tables FROM information_schema.tables \
             WHERE table_schema = current_schema() AND table_name = '__diesel_schema_migrations'"
        }
    };
    let found: Tables = query!(link, |conn| diesel::sql_query(count).get_result(conn))?;
    Ok(found.tables > 0)
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.db.pools {
            Db::Sqlite { .. } => "Store(sqlite)",
            Db::Postgres(_) => "Store(postgres)",
        })
    }
}
