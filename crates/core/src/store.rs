//! The database: connecting, writing in one way, and the queries.
//!
//! Invariant: queries only. Each takes a connection or a transaction, knows no rule and no HTTP.

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

/// How long a request waits for a connection before it is told that the database is busy.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// Key of the PostgreSQL advisory lock under which migrations run: "latchkey" in ASCII.
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

/// The one database of this process.
#[derive(Clone, Debug)]
pub struct Store {
    connection: DatabaseConnection,
    /// SQLite has one writer. Queued here, writers are served in order; left to SQLite, they poll and starve.
    writer: Arc<Mutex<()>>,
    /// Held while migrations run: SQLite has no lock that outlives a transaction. Not the database's own file, since
    /// closing that would let go of SQLite's locks on it.
    migration_lock: Option<PathBuf>,
    /// Rung when a mail that is due was committed here.
    mail_queued: Arc<Notify>,
    migrations: Migrations,
}

impl Store {
    /// Connects, without changing anything but the journal mode of SQLite.
    ///
    /// # Errors
    /// When the URL is wrong, the folder can't be written or the server can't be reached.
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
                    .with_context(|| format!("cannot make the folder {}", folder.display()))?;
            }
            options.map_sqlx_sqlite_opts(|sqlite| {
                // FULL: with NORMAL a committed logout could be undone by a power cut.
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

    /// Has `observe` called for every statement that is sent; for measuring.
    pub fn on_statement(&mut self, observe: impl Fn(&metric::Info<'_>) + Send + Sync + 'static) {
        self.connection.set_metric_callback(observe);
    }

    /// For reading.
    #[must_use]
    pub fn reader(&self) -> &DatabaseConnection {
        &self.connection
    }

    /// Waits until a mail was put into the outbox by this node.
    pub async fn mail_queued(&self) {
        self.mail_queued.notified().await;
    }

    fn is_sqlite(&self) -> bool {
        self.connection.get_database_backend() == DbBackend::Sqlite
    }

    /// Runs `work` in one transaction that may write: committed if it is `Ok`, taken back otherwise.
    ///
    /// Every writing transaction comes through here: on SQLite one that reads first and was not begun IMMEDIATE fails at
    /// its first write whenever somebody else wrote in between, whatever the time-out.
    ///
    /// # Errors
    /// Those of `work`, and of beginning and committing.
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
        // An error drops the transaction, which takes it back.
        let (done, mail_queued) = after_commit::watch(work(&tx)).await;
        let done = done?;
        tx.commit().await?;
        if mail_queued {
            self.mail_queued.notify_one();
        }
        Ok(done)
    }

    /// Applies the migrations that are missing, one node at a time.
    ///
    /// # Errors
    /// When the database can't be asked, or is of a later version than this program.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        self.alone(|| async { Ok(self.migrations.up(&self.connection, None).await?) }).await
    }

    /// Takes back the last `steps` migrations, one node at a time.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn migrate_down(&self, steps: u32) -> anyhow::Result<()> {
        self.alone(|| async { Ok(self.migrations.down(&self.connection, Some(steps)).await?) }).await
    }

    /// Whether the database answers and knows all migrations.
    ///
    /// # Errors
    /// When the database can't be asked, or is of a later version than this program.
    pub async fn is_current(&self) -> Result<bool, DbErr> {
        Ok(self.migrations.get_pending_migrations_read_only(&self.connection).await?.is_empty())
    }

    /// Runs `work` while no other node does.
    async fn alone<F: Future<Output = anyhow::Result<()>>>(&self, work: impl FnOnce() -> F) -> anyhow::Result<()> {
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

    /// The database's clock in seconds since 1970, to compare with this node's.
    ///
    /// # Errors
    /// When the database can't be asked.
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

    /// Lets go of every connection.
    ///
    /// # Errors
    /// When a connection can't be closed in order.
    pub async fn close(&self) -> Result<(), DbErr> {
        self.connection.close_by_ref().await
    }
}

/// The file that a SQLite URL names, if it is one.
#[must_use]
pub fn sqlite_path(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("sqlite:")?;
    let path = rest.strip_prefix("//").unwrap_or(rest);
    path.split('?').next()
}

/// Whether an error says that the database can't be asked now, rather than that something is wrong with the question.
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
                // SQLite: busy, locked, read-only, I/O, corrupt, full, can't open. PostgreSQL: resources, shut-down, read-only.
                SqlxError::Database(error) => error.code().is_some_and(|code| {
                    let sqlite = code.parse::<u32>().ok().filter(|_| code.len() != 5).map(|code| code & 0xff);
                    sqlite.is_some_and(|code| matches!(code, 5 | 6 | 8 | 10 | 11 | 13 | 14))
                        || code.starts_with("53")
                        || code.starts_with("57")
                        || code.starts_with("08")
                        || code == "25006"
                        // Given up for another transaction: the next try may go through.
                        || code == "40001"
                        || code == "40P01"
                }),
                _ => false,
            }
        }
        _ => false,
    }
}
