use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool, PooledConnection, R2D2Connection};
use diesel::{Connection, PgConnection, SqliteConnection};

use crate::meter::{Meter, Trouble};
use crate::statements::Statements;
use crate::{DatabaseSettings, StoreError};

/// Expands one query for each backend: `query!(link, |conn| diesel::…load(conn))`.
macro_rules! query {
    ($link:expr, |$conn:ident| $query:expr) => {{
        let link: &mut $crate::database::Link<'_> = $link;
        match link.admit() {
            Err(failed) => Err(failed),
            Ok(()) => match link {
                $crate::database::Link::Sqlite($conn, _) => {
                    let $conn: &mut diesel::SqliteConnection = $conn;
                    $query
                }
                $crate::database::Link::Postgres($conn, _) => {
                    let $conn: &mut diesel::PgConnection = $conn;
                    $query
                }
            },
        }
    }};
}
pub(crate) use query;

/// The first row of a query, locked until the transaction ends. SQLite's writer holds its lock already.
macro_rules! first_locked {
    ($link:expr, $query:expr) => {{
        let link: &mut $crate::database::Link<'_> = $link;
        match link.admit() {
            Err(failed) => Err(failed),
            Ok(()) => match link {
                $crate::database::Link::Sqlite(conn, _) => $query.first(*conn),
                $crate::database::Link::Postgres(conn, _) => $query.for_update().first(*conn),
            },
        }
    }};
}
pub(crate) use first_locked;

pub(crate) enum Db {
    /// One writer and some readers of a file in write-ahead mode.
    Sqlite {
        rw: Pool<ConnectionManager<SqliteConnection>>,
        ro: Pool<ConnectionManager<SqliteConnection>>,
    },
    Postgres(Pool<ConnectionManager<PgConnection>>),
}

/// A connection in use, inside a transaction when it came from [`Db::write`].
pub(crate) enum Link<'a> {
    Sqlite(&'a mut SqliteConnection, &'a Statements),
    Postgres(&'a mut PgConnection, &'a Statements),
}

impl Link<'_> {
    /// Whether the next statement may run.
    pub(crate) fn admit(&self) -> diesel::QueryResult<()> {
        match self {
            Self::Sqlite(_, statements) | Self::Postgres(_, statements) => statements.admit(),
        }
    }
}

impl Db {
    pub(crate) fn open(settings: &DatabaseSettings) -> Result<Self, StoreError> {
        if let Some(path) = settings.url.strip_prefix("sqlite:") {
            crate::sqlite_file::create_private(path)?;
            // A file doesn't go away as a server does; asking it first would cost each call a statement.
            let rw = pool(path, 1, settings.patience, writer(settings), false)?;
            let ro = pool(
                path,
                settings.connections,
                settings.patience,
                reader(settings.patience),
                false,
            )?;
            Ok(Self::Sqlite { rw, ro })
        } else if ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| settings.url.starts_with(scheme))
        {
            pool(
                &bounded(&settings.url),
                settings.connections,
                settings.patience,
                server(settings.patience, settings.statement),
                true,
            )
            .map(Self::Postgres)
        } else {
            Err(StoreError::Url)
        }
    }

    /// Runs statements that change nothing.
    fn read<T>(
        &self,
        statements: &Statements,
        body: impl FnOnce(&mut Link<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self {
            Self::Sqlite { ro, .. } => body(&mut Link::Sqlite(&mut *taken(ro)?, statements)),
            Self::Postgres(pool) => body(&mut Link::Postgres(&mut *taken(pool)?, statements)),
        }
    }

    /// Runs statements in one transaction, which commits unless `body` fails.
    fn write<T, E: From<StoreError>>(
        &self,
        statements: &Statements,
        body: impl FnOnce(&mut Link<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        // What went wrong first counts. SQLite may have rolled back by itself then, and the rollback that follows fails.
        let mut first = None;
        let all = |link: &mut Link<'_>| {
            link.admit()?;
            let done = match body(link) {
                Ok(done) => done,
                Err(error) => {
                    first = Some(error);
                    return Err(Abort::Database(diesel::result::Error::RollbackTransaction));
                }
            };
            // The commit itself.
            link.admit()?;
            Ok(done)
        };
        let outcome = match self {
            Self::Sqlite { rw, .. } => {
                taken(rw)?.immediate_transaction(|conn| all(&mut Link::Sqlite(conn, statements)))
            }
            Self::Postgres(pool) => {
                taken(pool)?.transaction(|conn| all(&mut Link::Postgres(conn, statements)))
            }
        };
        if let Some(error) = first {
            return Err(error);
        }
        // A commit may be carried out and its answer lost.
        let outcome: Result<T, Abort<E>> =
            outcome.and_then(|done| statements.admit_answer().map(|()| done).map_err(Abort::from));
        outcome.map_err(|abort| match abort {
            Abort::Body(error) => error,
            Abort::Database(error) => StoreError::from(error).into(),
        })
    }
}

/// The pools of a store, and what is counted of their use.
pub(crate) struct Counted {
    pub(crate) pools: Db,
    pub(crate) statements: Statements,
    pub(crate) meter: Meter,
}

impl Counted {
    /// Runs statements that change nothing.
    pub(crate) fn read<T>(
        &self,
        body: impl FnOnce(&mut Link<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.meter.measure(|| self.pools.read(&self.statements, body))
    }

    /// Runs statements that change nothing and belong together: SQLite takes its lock once for all of them.
    pub(crate) fn read_together<T>(
        &self,
        body: impl FnOnce(&mut Link<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match &self.pools {
            Db::Sqlite { ro, .. } => self.meter.measure(|| self.snapshot(&mut *taken(ro)?, body)),
            Db::Postgres(_) => self.read(body),
        }
    }

    /// Whether the database is a file, which has one process.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self.pools, Db::Sqlite { .. })
    }

    /// Runs short statements that change nothing on this very thread, if the database is a file, which readers never wait
    /// for, and a connection is idle.
    pub(crate) fn read_at_once<T>(
        &self,
        body: impl FnOnce(&mut Link<'_>) -> Result<T, StoreError>,
    ) -> Option<Result<T, StoreError>> {
        let Db::Sqlite { ro, .. } = &self.pools else {
            return None;
        };
        let mut conn = ro.try_get()?;
        Some(
            self.meter
                .measure(|| body(&mut Link::Sqlite(&mut conn, &self.statements))),
        )
    }

    fn snapshot<T>(
        &self,
        conn: &mut SqliteConnection,
        body: impl FnOnce(&mut Link<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let all = |conn: &mut SqliteConnection| {
            body(&mut Link::Sqlite(conn, &self.statements)).map_err(Abort::Body)
        };
        conn.transaction(all).map_err(Abort::into_store)
    }

    /// Runs statements in one transaction, which commits unless `body` fails.
    pub(crate) fn write<T, E: From<StoreError> + Trouble>(
        &self,
        body: impl FnOnce(&mut Link<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.meter.measure(|| self.pools.write(&self.statements, body))
    }
}

enum Abort<E> {
    Body(E),
    Database(diesel::result::Error),
}

impl Abort<StoreError> {
    fn into_store(self) -> StoreError {
        match self {
            Self::Body(error) => error,
            Self::Database(error) => error.into(),
        }
    }
}

impl<E> From<diesel::result::Error> for Abort<E> {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

/// Statements run once on each new connection.
#[derive(Debug)]
struct Preamble(String);

/// The timeout comes before the journal mode, which needs a lock. `FULL`: a commit whose event peers have seen
/// must survive a power cut, or the chain forks. `secure_delete`: erasure overwrites. Ids are random, so that a thousand
/// entries touch nearly as many pages of each index: those of one transaction should fit into the cache, and a checkpoint
/// (every 16 MiB) writes a page once that several transactions have changed.
fn writer(settings: &DatabaseSettings) -> Preamble {
    Preamble(format!(
        "PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA cache_size = -{}; \
         PRAGMA wal_autocheckpoint = 4096;",
        settings.patience.as_millis(),
        u64::from(settings.cache_mib) * 1024
    ))
}

fn reader(patience: Duration) -> Preamble {
    Preamble(format!(
        "PRAGMA busy_timeout = {}; PRAGMA query_only = ON;",
        patience.as_millis()
    ))
}

/// Reasons are told apart by their English text; a server that doesn't permit asking for it may be configured so.
fn server(patience: Duration, statement: Duration) -> Preamble {
    Preamble(format!(
        "SET lock_timeout = {}; SET statement_timeout = {}; SET idle_in_transaction_session_timeout = '30s'; \
         DO $$ BEGIN SET lc_messages = 'C'; EXCEPTION WHEN insufficient_privilege THEN NULL; END $$;",
        patience.as_millis(),
        statement.as_millis()
    ))
}

/// How long a server that is gone without a word is waited for, unless the operator's URL says otherwise: 10 seconds to
/// connect, a minute on a connection.
const BOUNDS: [(&str, &str); 5] = [
    ("connect_timeout", "10"),
    ("keepalives_idle", "30"),
    ("keepalives_interval", "10"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "60000"),
];

fn bounded(url: &str) -> String {
    let missing = BOUNDS
        .iter()
        .filter(|(name, _)| !url.contains(&format!("{name}=")));
    missing.fold(url.to_owned(), |url, (name, value)| {
        let joint = if url.contains('?') { '&' } else { '?' };
        format!("{url}{joint}{name}={value}")
    })
}

/// A migration takes as long as it takes.
pub(crate) fn without_limit(link: &mut Link<'_>) -> Result<(), StoreError> {
    if let Link::Postgres(conn, statements) = link {
        statements.admit()?;
        conn.batch_execute("SET LOCAL statement_timeout = 0")?;
    }
    Ok(())
}

impl<C: R2D2Connection + SimpleConnection + 'static> CustomizeConnection<C, diesel::r2d2::Error>
    for Preamble
{
    fn on_acquire(&self, conn: &mut C) -> Result<(), diesel::r2d2::Error> {
        conn.batch_execute(&self.0)
            .map_err(diesel::r2d2::Error::QueryError)
    }
}

fn pool<C>(
    url: &str,
    size: u32,
    patience: Duration,
    preamble: Preamble,
    check: bool,
) -> Result<Pool<ConnectionManager<C>>, StoreError>
where
    C: R2D2Connection + SimpleConnection + 'static,
    ConnectionManager<C>: diesel::r2d2::ManageConnection<Connection = C, Error = diesel::r2d2::Error>,
{
    Pool::builder()
        .max_size(size.max(1))
        .min_idle(Some(1))
        .connection_timeout(patience)
        .error_handler(Box::new(diesel::r2d2::NopErrorHandler))
        .connection_customizer(Box::new(preamble))
        .test_on_check_out(check)
        .build(ConnectionManager::new(url))
        .map_err(|_| StoreError::Unavailable)
}

/// A pool that has no connection at all couldn't make one; otherwise they are all in use.
fn taken<C>(pool: &Pool<ConnectionManager<C>>) -> Result<PooledConnection<ConnectionManager<C>>, StoreError>
where
    C: R2D2Connection + 'static,
    ConnectionManager<C>: diesel::r2d2::ManageConnection<Connection = C>,
{
    pool.get().map_err(|_| match pool.state().connections {
        0 => StoreError::Unavailable,
        _ => StoreError::Busy,
    })
}

#[cfg(test)]
mod tests {
    use super::bounded;

    #[test]
    fn a_server_is_not_waited_for_without_bounds_and_the_operator_s_own_stay() {
        let all = "connect_timeout=10&keepalives_idle=30&keepalives_interval=10&keepalives_count=3&tcp_user_timeout=60000";
        assert_eq!(bounded("postgres://u@h/n"), format!("postgres://u@h/n?{all}"));
        let own = bounded("postgres:///n?host=/tmp&connect_timeout=3");
        assert!(
            own.starts_with("postgres:///n?host=/tmp&connect_timeout=3&keepalives_idle=30&"),
            "{own}"
        );
        assert_eq!(own.matches("connect_timeout").count(), 1);
    }
}
