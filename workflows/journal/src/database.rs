//! Opening the database, embedded SQLite or PostgreSQL, with a door for reads and a door for writes.

use std::{
    path::PathBuf,
    str::FromStr,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use kernel::{Error, Result};
use sea_orm::{DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector};
use sqlx::{
    Connection, Row, SqliteConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::{Writer, fault};

/// A database that gives no connection within this is away: whoever waits is told so.
pub(crate) const ACQUIRE_TIME_MAX: Duration = Duration::from_millis(1_500);

static STATEMENTS: AtomicU64 = AtomicU64::new(0);

/// How many SQL statements this process has run, but for the log's sequencer on PostgreSQL: a metric, and the witness that lists do not multiply
/// statements.
#[must_use]
pub fn statements() -> u64 {
    STATEMENTS.load(Ordering::Relaxed)
}

/// Which database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file of an embedded SQLite database; it is created when absent.
    Sqlite(PathBuf),
    /// A PostgreSQL server, as a `postgres://` URL.
    Postgres(String),
}

/// How to open it.
#[derive(Clone, Debug)]
pub struct Options {
    /// Which database.
    pub target: Target,
    /// How many connections read at once.
    pub readers: u32,
    /// Waits this long before each commit, as a slow disk would. Zero except in measurements.
    pub commit_delay: Duration,
}

/// An open database.
#[derive(Clone)]
pub struct Database {
    /// For reads only; on SQLite its connections refuse to write.
    pub reader: DatabaseConnection,
    /// The one door for writes.
    pub writer: Writer,
    /// For migrations, before anything else is written.
    pub owner: DatabaseConnection,
}

impl Database {
    /// Opens the database.
    ///
    /// # Errors
    /// When it cannot be reached, or a connection does not keep its promises of durability.
    pub async fn open(options: &Options) -> Result<Database> {
        match &options.target {
            Target::Sqlite(path) => Self::open_sqlite(path, options).await,
            Target::Postgres(url) => Self::open_postgres(url, options).await,
        }
    }

    /// Closes it once what is under way has ended; whoever holds a clone can no longer use it.
    ///
    /// # Errors
    /// When a connection does not close.
    pub async fn close(self) -> Result<()> {
        self.reader.close().await.map_err(fault)?;
        self.owner.close().await.map_err(fault)
    }

    async fn open_sqlite(path: &std::path::Path, options: &Options) -> Result<Database> {
        let connect = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL may lose the last commits on power loss; an acknowledged complaint may not be lost.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(5));
        let owner = SqlitePoolOptions::new()
            .max_connections(1)
            // A connection within the process is not lost while it rests; asking whether it is takes a turn through its thread.
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_connect(|connection, _| Box::pin(async move { check_promises(connection).await }))
            .after_release(|connection, _| Box::pin(async move { is_at_rest(connection).await }))
            .connect_with(connect.clone())
            .await
            .map_err(Error::internal)?;
        let readers = SqlitePoolOptions::new()
            .max_connections(options.readers)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_connect(|connection, _| Box::pin(async move { check_promises(connection).await }))
            .connect_lazy_with(connect.pragma("query_only", "ON"));
        let owner = counted(SqlxSqliteConnector::from_sqlx_sqlite_pool(owner));
        let reader = counted(SqlxSqliteConnector::from_sqlx_sqlite_pool(readers));
        let writer = Writer::grouped(owner.clone(), options.commit_delay);
        Ok(Database { reader, writer, owner })
    }

    async fn open_postgres(url: &str, options: &Options) -> Result<Database> {
        let connect = PgConnectOptions::from_str(url).map_err(Error::internal)?.application_name("turkistan");
        let pool = PgPoolOptions::new()
            .max_connections(options.readers.max(2) * 2)
            .acquire_timeout(ACQUIRE_TIME_MAX)
            .connect_with(connect.clone())
            .await
            .map_err(Error::internal)?;
        // What the sequencer does on its own is nobody's statement.
        let sequencer = SqlxPostgresConnector::from_sqlx_postgres_pool(pool.clone());
        let owner = counted(SqlxPostgresConnector::from_sqlx_postgres_pool(pool));
        let writer = Writer::concurrent(owner.clone(), sequencer, options.commit_delay, connect);
        Ok(Database { reader: owner.clone(), writer, owner })
    }
}

/// Whether a connection that comes back may be used again. When a disk is full SQLite takes a transaction back by itself; the driver goes on
/// believing in it, and would refuse to begin another one for good.
async fn is_at_rest(connection: &mut SqliteConnection) -> sqlx::Result<bool> {
    // After what was sent before it, a rollback among it.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

fn counted(mut connection: DatabaseConnection) -> DatabaseConnection {
    connection.set_metric_callback(|_| {
        STATEMENTS.fetch_add(1, Ordering::Relaxed);
    });
    connection
}

/// Every pooled connection proves that it runs as it must: a pragma that did not take would lose complaints silently.
async fn check_promises(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    for (pragma, expected) in [("journal_mode", "wal"), ("synchronous", "2"), ("foreign_keys", "1")] {
        let statement = format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}");
        let row = sqlx::query(sqlx::AssertSqlSafe(statement)).fetch_one(&mut *connection).await?;
        let value: String = row.try_get(0)?;
        if value != expected {
            return Err(sqlx::Error::Configuration(format!("pragma {pragma} is {value}, not {expected}").into()));
        }
    }
    Ok(())
}
