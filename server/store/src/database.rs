use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::r2d2::{ConnectionManager, CustomizeConnection, Pool, PooledConnection, R2D2Connection};
use diesel::{Connection, PgConnection, SqliteConnection};

use crate::{DatabaseSettings, StoreError};

/// Expands one query for each backend: `query!(link, |conn| diesel::…load(conn))`.
macro_rules! query {
    ($link:expr, |$conn:ident| $query:expr) => {
        match $link {
            $crate::database::Link::Sqlite($conn) => {
                let $conn: &mut diesel::SqliteConnection = $conn;
                $query
            }
            $crate::database::Link::Postgres($conn) => {
                let $conn: &mut diesel::PgConnection = $conn;
                $query
            }
        }
    };
}
pub(crate) use query;

/// The first row of a query, locked until the transaction ends. SQLite's writer holds its lock already.
macro_rules! first_locked {
    ($link:expr, $query:expr) => {
        match $link {
            $crate::database::Link::Sqlite(conn) => $query.first(*conn),
            $crate::database::Link::Postgres(conn) => $query.for_update().first(*conn),
        }
    };
}
pub(crate) use first_locked;

/// How long a caller waits for a connection before it is told that the database is busy.
const WAIT: Duration = Duration::from_secs(2);

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
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Db {
    pub(crate) fn open(settings: &DatabaseSettings) -> Result<Self, StoreError> {
        if let Some(path) = settings.url.strip_prefix("sqlite:") {
            crate::sqlite_file::create_private(path)?;
            let rw = pool(path, 1, WRITER)?;
            let ro = pool(path, settings.connections, READER)?;
            Ok(Self::Sqlite { rw, ro })
        } else if ["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| settings.url.starts_with(scheme))
        {
            pool(&settings.url, settings.connections, SERVER).map(Self::Postgres)
        } else {
            Err(StoreError::Url)
        }
    }

    /// Runs statements that change nothing.
    pub(crate) fn read<T>(
        &self,
        body: impl FnOnce(&mut Link<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match self {
            Self::Sqlite { ro, .. } => body(&mut Link::Sqlite(&mut *taken(ro)?)),
            Self::Postgres(pool) => body(&mut Link::Postgres(&mut *taken(pool)?)),
        }
    }

    /// Runs statements in one transaction, which commits unless `body` fails.
    pub(crate) fn write<T, E: From<StoreError>>(
        &self,
        body: impl FnOnce(&mut Link<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let outcome = match self {
            Self::Sqlite { rw, .. } => {
                taken(rw)?.immediate_transaction(|conn| body(&mut Link::Sqlite(conn)).map_err(Abort::Body))
            }
            Self::Postgres(pool) => {
                taken(pool)?.transaction(|conn| body(&mut Link::Postgres(conn)).map_err(Abort::Body))
            }
        };
        outcome.map_err(|abort| match abort {
            Abort::Body(error) => error,
            Abort::Database(error) => StoreError::from(error).into(),
        })
    }
}

enum Abort<E> {
    Body(E),
    Database(diesel::result::Error),
}

impl<E> From<diesel::result::Error> for Abort<E> {
    fn from(error: diesel::result::Error) -> Self {
        Self::Database(error)
    }
}

/// Statements run once on each new connection.
#[derive(Debug, Clone, Copy)]
struct Preamble(&'static str);

/// `busy_timeout` comes before the journal mode, which needs a lock. `FULL`: a commit whose event peers have
/// seen must survive a power cut, or the chain forks. `secure_delete`: erasure overwrites.
const WRITER: Preamble = Preamble(
    "PRAGMA busy_timeout = 2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
     PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;",
);
const READER: Preamble = Preamble("PRAGMA busy_timeout = 2000; PRAGMA query_only = ON;");
const SERVER: Preamble =
    Preamble("SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '30s';");

impl<C: R2D2Connection + SimpleConnection + 'static> CustomizeConnection<C, diesel::r2d2::Error>
    for Preamble
{
    fn on_acquire(&self, conn: &mut C) -> Result<(), diesel::r2d2::Error> {
        conn.batch_execute(self.0)
            .map_err(diesel::r2d2::Error::QueryError)
    }
}

fn pool<C>(url: &str, size: u32, preamble: Preamble) -> Result<Pool<ConnectionManager<C>>, StoreError>
where
    C: R2D2Connection + SimpleConnection + 'static,
    ConnectionManager<C>: diesel::r2d2::ManageConnection<Connection = C, Error = diesel::r2d2::Error>,
{
    Pool::builder()
        .max_size(size.max(1))
        .min_idle(Some(1))
        .connection_timeout(WAIT)
        .error_handler(Box::new(diesel::r2d2::NopErrorHandler))
        .connection_customizer(Box::new(preamble))
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
