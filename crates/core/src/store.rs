//! The database: connection, write transactions, migrations and queries.
//!
//! Invariant: queries only. Each takes a connection or a transaction, and knows neither business rules nor HTTP.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, SqliteTransactionMode, Statement, TransactionOptions,
    metric,
};
use sea_orm_migration::MigrationTrait;
use tokio::sync::{Mutex, MutexGuard, Notify};

use self::migrations::Migrations;
use crate::config::{DatabaseSettings, DatabaseUrl};

mod after_commit;
pub mod attempts;
pub mod audit;
pub mod backup;
mod connect;
pub mod email_changes;
pub mod entity;
pub mod flask;
pub mod form_drafts;
pub mod mail_throttle;
pub mod mail_tokens;
mod migrations;
pub mod outbox;
pub mod passkeys;
pub mod prune;
mod reader;
pub mod registrations;
pub mod second_factor;
pub mod sessions;
pub mod trusted_devices;
mod unavailable;
pub mod users;

pub use reader::Reader;
pub use unavailable::{is_unavailable, may_come_up};

/// How long a write transaction may take, including the wait for its turn and for a connection.
pub const TRANSACTION_LIMIT: Duration = Duration::from_secs(30);
/// How long a writer waits for its turn on SQLite.
const WRITE_QUEUE_LIMIT: Duration = Duration::from_secs(10);

/// The migrations of the application, see [`Extension`](crate::extension::Extension).
pub type SiteMigrations = fn() -> Vec<Box<dyn MigrationTrait>>;

/// The database of this process.
#[derive(Clone, Debug)]
pub struct Store {
    reader: Reader,
    /// SQLite allows one writer. Queued here, writers are served in order; with SQLite's own busy timeout they would
    /// poll, and some would starve.
    writer: Arc<Mutex<()>>,
    /// Lock file for migrations: SQLite has no lock that outlives a transaction. Not the database file itself, because
    /// closing it would release SQLite's own locks on it.
    migration_lock: Option<PathBuf>,
    /// Notified when this node has committed a transaction that queued an email.
    mail_queued: Arc<Notify>,
    migrations: Migrations,
}

impl Store {
    /// Connects to the database without running migrations. Creates a missing SQLite file and its folder.
    ///
    /// # Errors
    /// If the database cannot be used. The message contains no password.
    pub async fn connect(settings: &DatabaseSettings, site_migrations: SiteMigrations) -> anyhow::Result<Self> {
        let (connection, isolates_queries) = match &settings.url {
            DatabaseUrl::Sqlite(path) => (connect::sqlite(path, settings.connections).await?, false),
            DatabaseUrl::Postgres(url) => connect::postgres(url, settings.connections).await?,
        };
        let migration_lock = match &settings.url {
            DatabaseUrl::Sqlite(path) => Some(PathBuf::from(format!("{}.lock", path.display()))),
            DatabaseUrl::Postgres(_) => None,
        };
        Ok(Self {
            reader: Reader::new(connection, isolates_queries),
            writer: Arc::default(),
            migration_lock,
            mail_queued: Arc::default(),
            migrations: Migrations(site_migrations),
        })
    }

    /// Calls `observe` for every statement that is sent, for benchmarks.
    pub fn on_statement(&mut self, observe: impl Fn(&metric::Info<'_>) + Send + Sync + 'static) {
        self.reader.connection.set_metric_callback(observe);
    }

    /// The connection pool, for reading.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// Waits until this node has queued an email.
    pub async fn mail_queued(&self) {
        self.mail_queued.notified().await;
    }

    /// The numbers of idle and used connections.
    #[must_use]
    pub fn connections(&self) -> (u64, u64) {
        let connection = &self.reader.connection;
        let (open, idle) = if self.is_sqlite() {
            let pool = connection.get_sqlite_connection_pool();
            (pool.size(), pool.num_idle())
        } else {
            let pool = connection.get_postgres_connection_pool();
            (pool.size(), pool.num_idle())
        };
        let idle = u64::try_from(idle).unwrap_or_default();
        (idle, u64::from(open).saturating_sub(idle))
    }

    fn is_sqlite(&self) -> bool {
        self.reader.get_database_backend() == DbBackend::Sqlite
    }

    /// Runs `work` in a write transaction: commits on `Ok`, rolls back on `Err`, and after [`TRANSACTION_LIMIT`].
    ///
    /// All writes use this function. On SQLite, a transaction that reads first and was not started with IMMEDIATE fails
    /// at its first write if another transaction has written in between, whatever the busy timeout.
    pub async fn write_tx<T, E, W>(&self, work: W) -> Result<T, E>
    where
        E: From<DbErr>,
        W: AsyncFnOnce(&DatabaseTransaction) -> Result<T, E>,
    {
        let limited = tokio::time::timeout(TRANSACTION_LIMIT, self.write_tx_unlimited(work));
        limited.await.unwrap_or_else(|_| Err(reader::timed_out().into()))
    }

    /// [`write_tx`](Self::write_tx) for commands that write many rows at once.
    pub async fn write_tx_unlimited<T, E, W>(&self, work: W) -> Result<T, E>
    where
        E: From<DbErr>,
        W: AsyncFnOnce(&DatabaseTransaction) -> Result<T, E>,
    {
        let _turn = if self.is_sqlite() { Some(self.turn_to_write().await?) } else { None };
        let options = TransactionOptions {
            sqlite_transaction_mode: self.is_sqlite().then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = self.reader.begin(options).await?;
        // An error drops the transaction, which rolls it back.
        let (done, effects) = after_commit::collect(work(&tx)).await;
        let done = done?;
        tx.commit().await?;
        if effects.wakes_mail_worker {
            self.mail_queued.notify_one();
        }
        for line in &effects.audit_lines {
            line.log();
        }
        Ok(done)
    }

    async fn turn_to_write(&self) -> Result<MutexGuard<'_, ()>, DbErr> {
        tokio::time::timeout(WRITE_QUEUE_LIMIT, self.writer.lock()).await.map_err(|_| reader::timed_out())
    }

    /// The clock of the database as Unix time in seconds, to compare with the clock of this node.
    pub async fn clock_seconds(&self) -> Result<i64, DbErr> {
        let sql = if self.is_sqlite() {
            "SELECT CAST(strftime('%s','now') AS INTEGER) AS seconds"
        } else {
            "SELECT CAST(extract(epoch FROM clock_timestamp()) AS bigint) AS seconds"
        };
        let row = self.reader.query_one_raw(Statement::from_string(self.reader.get_database_backend(), sql)).await?;
        row.ok_or_else(|| DbErr::RecordNotFound("clock".to_owned()))?.try_get("", "seconds")
    }

    /// Closes all connections.
    pub async fn close(&self) -> Result<(), DbErr> {
        self.reader.connection.close_by_ref().await
    }
}
