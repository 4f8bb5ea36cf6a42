//! The database: connection, write transactions, migrations and queries.
//!
//! Invariant: queries only. Each takes a connection or a transaction, and knows neither business rules nor HTTP.

use std::fs::File;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use migration::{Migrator, MigratorTrait};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, metric,
};
use sea_orm_migration::{MigrationTrait, MigratorTraitSelf};
use tokio::sync::{Mutex, Notify};
use url::Url;

mod after_commit;
pub mod audit;
pub mod email_changes;
pub mod entity;
pub mod flask;
pub mod form_drafts;
pub mod mail_throttle;
pub mod mail_tokens;
pub mod outbox;
pub mod prune;
pub mod registrations;
pub mod sessions;
pub mod users;

/// How long a request waits for a connection before it fails as unavailable.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// Key of the PostgreSQL advisory lock for migrations: "latchkey" in ASCII.
const MIGRATION_LOCK: i64 = 0x6c61_7463_686b_6579;

/// The migrations of the application, see [`Extension`](crate::extension::Extension).
pub type SiteMigrations = fn() -> Vec<Box<dyn MigrationTrait>>;

/// All migrations: those of the login, then those of the application.
#[derive(Clone, Copy, Debug)]
struct Migrations(SiteMigrations);

impl MigratorTraitSelf for Migrations {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        let Self(of_site) = self;
        <Migrator as MigratorTrait>::migrations().into_iter().chain(of_site()).collect()
    }
}

/// The database of this process.
#[derive(Clone, Debug)]
pub struct Store {
    connection: DatabaseConnection,
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
    pub async fn connect(url: &str, site_migrations: SiteMigrations) -> anyhow::Result<Self> {
        let mut options = ConnectOptions::new(url);
        options
            .acquire_timeout(ACQUIRE_TIMEOUT)
            .connect_timeout(ACQUIRE_TIMEOUT)
            .sqlx_logging(false)
            .max_connections(10);
        if let Some(path) = sqlite_path(url) {
            if let Some(folder) = Path::new(path).parent() {
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("cannot create the folder {}", folder.display()))?;
            }
            options.map_sqlx_sqlite_opts(|sqlite| {
                // FULL: with NORMAL, a power failure could undo a committed logout.
                sqlite
                    .create_if_missing(true)
                    .foreign_keys(true)
                    .busy_timeout(Duration::from_secs(5))
                    .pragma("journal_mode", "WAL")
                    .pragma("synchronous", "FULL")
            });
        }
        let connection = Database::connect(options).await?;
        Ok(Self {
            connection,
            writer: Arc::default(),
            migration_lock: sqlite_path(url).map(|path| PathBuf::from(format!("{path}.lock"))),
            mail_queued: Arc::default(),
            migrations: Migrations(site_migrations),
        })
    }

    /// Calls `observe` for every statement that is sent, for benchmarks.
    pub fn on_statement(&mut self, observe: impl Fn(&metric::Info<'_>) + Send + Sync + 'static) {
        self.connection.set_metric_callback(observe);
    }

    /// The connection pool, for reading.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Waits until this node has queued an email.
    pub async fn mail_queued(&self) {
        self.mail_queued.notified().await;
    }

    fn is_sqlite(&self) -> bool {
        self.connection.get_database_backend() == DbBackend::Sqlite
    }

    /// Runs `work` in a write transaction: commits on `Ok`, rolls back on `Err`.
    ///
    /// All writes use this function. On SQLite, a transaction that reads first and was not started with IMMEDIATE fails
    /// at its first write if another transaction has written in between, whatever the busy timeout.
    pub async fn write_tx<T, E, W>(&self, work: W) -> Result<T, E>
    where
        E: From<DbErr>,
        W: AsyncFnOnce(&DatabaseTransaction) -> Result<T, E>,
    {
        let _turn = if self.is_sqlite() { Some(self.writer.lock().await) } else { None };
        let options = TransactionOptions {
            sqlite_transaction_mode: self.is_sqlite().then_some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = self.connection.begin_with_options(options).await?;
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

    /// Applies missing migrations, one node at a time, and returns how many there were.
    ///
    /// # Errors
    /// If the database is unavailable, or was migrated by a later version.
    pub async fn migrate(&self) -> anyhow::Result<usize> {
        self.alone(|| async {
            let pending = self.migrations.get_pending_migrations(&self.connection).await?.len();
            self.migrations.up(&self.connection, None).await?;
            Ok(pending)
        })
        .await
    }

    /// Rolls back the last `steps` migrations, one node at a time.
    pub async fn migrate_down(&self, steps: u32) -> anyhow::Result<()> {
        self.alone(|| async { Ok(self.migrations.down(&self.connection, Some(steps)).await?) }).await
    }

    /// Whether the database is reachable and has all migrations.
    ///
    /// # Errors
    /// If the database is unavailable, or was migrated by a later version.
    pub async fn is_current(&self) -> Result<bool, DbErr> {
        Ok(self.migrations.get_pending_migrations_read_only(&self.connection).await?.is_empty())
    }

    /// Runs `work` while no other node does.
    async fn alone<T, F: Future<Output = anyhow::Result<T>>>(&self, work: impl FnOnce() -> F) -> anyhow::Result<T> {
        if let Some(path) = &self.migration_lock {
            let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            let _locked = tokio::task::spawn_blocking(move || file.lock().map(|()| file)).await??;
            return work().await;
        }
        let lock = self.connection.begin_with_options(TransactionOptions::default()).await?;
        let statement = Statement::from_sql_and_values(
            DbBackend::Postgres,
            "SELECT pg_advisory_xact_lock($1)",
            [MIGRATION_LOCK.into()],
        );
        lock.execute_raw(statement).await?;
        let done = work().await;
        lock.rollback().await?;
        done
    }

    /// The clock of the database as Unix time in seconds, to compare with the clock of this node.
    pub async fn clock_seconds(&self) -> Result<i64, DbErr> {
        let sql = if self.is_sqlite() {
            "SELECT CAST(strftime('%s','now') AS INTEGER) AS seconds"
        } else {
            "SELECT CAST(extract(epoch FROM clock_timestamp()) AS bigint) AS seconds"
        };
        let row =
            self.connection.query_one_raw(Statement::from_string(self.connection.get_database_backend(), sql)).await?;
        row.ok_or_else(|| DbErr::RecordNotFound("clock".to_owned()))?.try_get("", "seconds")
    }

    /// Closes all connections.
    pub async fn close(&self) -> Result<(), DbErr> {
        self.connection.close_by_ref().await
    }
}

/// The file path in a SQLite URL.
#[must_use]
pub fn sqlite_path(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("sqlite:")?;
    let path = rest.strip_prefix("//").unwrap_or(rest);
    path.split('?').next()
}

/// The URL of a database without user, password and options, for logs.
#[must_use]
pub fn location(url: &str) -> String {
    if let Some(path) = sqlite_path(url) {
        return format!("sqlite://{path}");
    }
    let Ok(url) = Url::parse(url) else { return "postgres://…".to_owned() };
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("postgres://{}{port}{}", url.host_str().unwrap_or_default(), url.path())
}

/// Whether an error means that the database is temporarily unavailable, not that the query is wrong.
#[must_use]
pub fn is_unavailable(error: &DbErr) -> bool {
    use sea_orm::{RuntimeErr, SqlxError};
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => {
            match error.as_ref() {
                SqlxError::Io(_)
                | SqlxError::Tls(_)
                | SqlxError::Protocol(_)
                | SqlxError::PoolTimedOut
                | SqlxError::PoolClosed
                | SqlxError::WorkerCrashed => true,
                // SQLite: busy, locked, read-only, I/O, corrupt, full, can't open.
                // PostgreSQL: insufficient resources, shutdown, connection failure, read-only.
                SqlxError::Database(error) => error.code().is_some_and(|code| {
                    let sqlite = code.parse::<u32>().ok().filter(|_| code.len() != 5).map(|code| code & 0xff);
                    sqlite.is_some_and(|code| matches!(code, 5 | 6 | 8 | 10 | 11 | 13 | 14))
                        || code.starts_with("53")
                        || code.starts_with("57")
                        || code.starts_with("08")
                        || code == "25006"
                        // Serialization failure or deadlock: a retry can succeed.
                        || code == "40001"
                        || code == "40P01"
                }),
                _ => false,
            }
        }
        _ => false,
    }
}
