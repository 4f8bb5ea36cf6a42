//! Opens the connection pool of a database.

use std::fs::{DirBuilder, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use sea_orm::sqlx::pool::PoolOptions;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sea_orm::sqlx::{ConnectOptions, Connection, Database, Error, Row, raw_sql};
use sea_orm::{DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector};

use super::unavailable::Unreachable;
use crate::config::{DatabaseUrl, PostgresUrl};

/// How long one attempt to get a connection from the pool takes at most.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(3);
/// How long the first connection to a server may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Unused connections are closed after this time, so that other nodes can have them.
const IDLE_TIMEOUT: Duration = Duration::from_secs(120);
/// How long PostgreSQL works on a statement; and how long it keeps a transaction that nobody continues.
const SERVER_LIMITS: [(&str, &str); 2] = [("statement_timeout", "10s"), ("idle_in_transaction_session_timeout", "60s")];
/// What the server allows. As text: the simple protocol, which `PgBouncer` supports, has no other format.
const INSPECT: &str = "SELECT current_setting('server_encoding') AS encoding, least( \
    CASE WHEN NOT role.rolsuper AND role.rolconnlimit >= 0 THEN role.rolconnlimit END, \
    CASE WHEN NOT role.rolsuper AND base.datconnlimit >= 0 THEN base.datconnlimit END, \
    current_setting('max_connections')::int - CASE WHEN role.rolsuper THEN 0 ELSE \
        current_setting('superuser_reserved_connections')::int END)::text AS connections \
    FROM pg_roles role, pg_database base WHERE role.rolname = current_user AND base.datname = current_database()";

/// Opens an SQLite file. A new file, and its folder, can be read by their owner only.
pub(super) async fn sqlite(path: &Path, connections: u32) -> anyhow::Result<DatabaseConnection> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        let created = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        created.with_context(|| format!("cannot create the folder {}", folder.display()))?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(error).with_context(|| format!("cannot create {}", path.display()));
        }
        _ => {}
    }
    // FULL: with NORMAL, a power failure could undo a committed logout.
    let options = SqliteConnectOptions::new()
        .filename(path)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("journal_mode", "WAL")
        .pragma("synchronous", "FULL")
        .disable_statement_logging();
    let pool = pool::<_>(SqlitePoolOptions::new(), connections).connect_with(options).await?;
    let encoding = raw_sql("PRAGMA encoding").fetch_one(&pool).await?.try_get::<String, _>(0)?;
    require_utf8(&encoding, "UTF-8")?;
    Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
}

/// Opens the database of another application, to read it. Creates and changes nothing.
pub(super) async fn read_only(url: &DatabaseUrl) -> anyhow::Result<DatabaseConnection> {
    match url {
        DatabaseUrl::Sqlite(path) => {
            anyhow::ensure!(path.is_file(), "there is no file {}", path.display());
            let options = SqliteConnectOptions::new().filename(path).read_only(true).disable_statement_logging();
            let pool = pool(SqlitePoolOptions::new(), 1).connect_with(options).await?;
            Ok(SqlxSqliteConnector::from_sqlx_sqlite_pool(pool))
        }
        DatabaseUrl::Postgres(url) => {
            let options = url.options.clone().disable_statement_logging().statement_cache_capacity(0);
            first_connection(&options).await?.close().await?;
            let pool = pool(PgPoolOptions::new(), 1).connect_lazy_with(options);
            Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
        }
    }
}

/// Opens a PostgreSQL database. Also returns whether each query has to be a transaction, because `PgBouncer` is in between.
pub(super) async fn postgres(url: &PostgresUrl, connections: u32) -> anyhow::Result<(DatabaseConnection, bool)> {
    let plain = url.options.clone().disable_statement_logging();
    let direct = plain.clone().options(SERVER_LIMITS);
    // PgBouncer knows neither of these parameters, and keeps no prepared statement from one transaction to the next.
    let bounced = plain.extra_float_digits(None).statement_cache_capacity(0);
    let (options, is_pgbouncer, first) = if url.is_pgbouncer {
        let first = first_connection(&bounced).await?;
        (bounced, true, first)
    } else {
        match first_connection(&direct).await {
            Ok(first) => (direct, false, first),
            Err(error) if is_of_pgbouncer(&error) => {
                let first = first_connection(&bounced).await?;
                (bounced, true, first)
            }
            Err(error) => return Err(error),
        }
    };
    let connections = inspect(first, connections, is_pgbouncer).await?;
    let pool = pool(PgPoolOptions::new(), connections).connect_lazy_with(options);
    Ok((SqlxPostgresConnector::from_sqlx_postgres_pool(pool), is_pgbouncer))
}

fn pool<D: Database>(options: PoolOptions<D>, connections: u32) -> PoolOptions<D> {
    options.max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT).idle_timeout(IDLE_TIMEOUT)
}

/// Connects once. The pool would try for a while, and then not say why it failed.
async fn first_connection(options: &PgConnectOptions) -> anyhow::Result<PgConnection> {
    match tokio::time::timeout(CONNECT_TIMEOUT, options.connect()).await {
        Ok(Ok(connection)) => Ok(connection),
        Ok(Err(Error::Io(error))) if error.kind() == ErrorKind::ConnectionRefused => {
            let (host, port) = (options.get_host(), options.get_port());
            bail!(Unreachable(format!("{host}:{port} refused the connection; is PostgreSQL running there?")))
        }
        Ok(Err(error)) => Err(error.into()),
        Err(_) => {
            let (host, port, limit) = (options.get_host(), options.get_port(), CONNECT_TIMEOUT.as_secs());
            bail!(Unreachable(format!("{host}:{port} did not answer in {limit} s")))
        }
    }
}

/// `PgBouncer` refuses parameters that it does not know, unless it is told to ignore them.
fn is_of_pgbouncer(error: &anyhow::Error) -> bool {
    let database = error.downcast_ref::<Error>().and_then(Error::as_database_error);
    database.is_some_and(|error| error.message().contains("unsupported startup parameter"))
}

/// Checks the encoding, and returns how many connections are possible.
async fn inspect(mut first: PgConnection, wanted: u32, is_pgbouncer: bool) -> anyhow::Result<u32> {
    let row = raw_sql(INSPECT).fetch_one(&mut first).await?;
    require_utf8(&row.try_get::<String, _>("encoding")?, "UTF8")?;
    let allowed = row.try_get::<String, _>("connections")?.parse::<u32>()?.max(1);
    first.close().await?;
    // PgBouncer shares the connections of its server.
    if is_pgbouncer || allowed >= wanted {
        return Ok(wanted);
    }
    tracing::warn!(allowed, wanted, "PostgreSQL allows fewer connections than DATABASE_CONNECTIONS; requests may wait");
    Ok(allowed)
}

fn require_utf8(encoding: &str, expected: &str) -> anyhow::Result<()> {
    if encoding == expected {
        return Ok(());
    }
    bail!("its encoding is {encoding}; create a database with the encoding UTF-8")
}
