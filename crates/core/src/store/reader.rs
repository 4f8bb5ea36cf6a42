//! The connection pool, with limits on the time that a query takes.

use std::fmt;
use std::future::Future;
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    QueryResult, Statement, TransactionOptions, TransactionTrait,
};

/// How long a query may take, including the wait for a connection.
pub(super) const QUERY_LIMIT: Duration = Duration::from_secs(10);
/// How often a connection is asked for. The pool tries to open one for [`ACQUIRE_TIMEOUT`](super::connect) if the server
/// refuses it for lack of connections, even if another one becomes free meanwhile.
const ATTEMPTS: usize = 2;

/// The connection pool. Each query gets a connection of its own.
#[derive(Clone)]
pub struct Reader {
    pub(super) connection: DatabaseConnection,
    /// Whether each query is a transaction: `PgBouncer` may send the two steps of another query to two servers.
    isolates_queries: bool,
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("isolates_queries", &self.isolates_queries).finish_non_exhaustive()
    }
}

impl Reader {
    pub(super) fn new(connection: DatabaseConnection, isolates_queries: bool) -> Self {
        Self { connection, isolates_queries }
    }

    /// Begins a transaction.
    pub(super) async fn begin(&self, options: TransactionOptions) -> Result<DatabaseTransaction, DbErr> {
        let tx = retried(|| self.connection.begin_with_options(options)).await?;
        if self.isolates_queries {
            // Statements of other clients remain on the servers of PgBouncer, under the names that ours will have.
            tx.execute_unprepared("DEALLOCATE ALL").await?;
        }
        Ok(tx)
    }

    /// Runs a query, in a transaction if it needs one.
    async fn run<T, F: Future<Output = Result<T, DbErr>>>(
        &self,
        alone: impl Fn() -> F,
        isolated: impl AsyncFnOnce(&DatabaseTransaction) -> Result<T, DbErr>,
    ) -> Result<T, DbErr> {
        let work = async {
            if !self.isolates_queries {
                return retried(alone).await;
            }
            let tx = self.begin(TransactionOptions::default()).await?;
            let done = isolated(&tx).await?;
            tx.commit().await?;
            Ok(done)
        };
        tokio::time::timeout(QUERY_LIMIT, work).await.unwrap_or_else(|_| Err(timed_out()))
    }
}

#[async_trait]
impl ConnectionTrait for Reader {
    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let copy = statement.clone();
        self.run(|| self.connection.execute_raw(copy.clone()), async |tx| tx.execute_raw(statement).await).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.run(|| self.connection.execute_unprepared(sql), async |tx| tx.execute_unprepared(sql).await).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let copy = statement.clone();
        self.run(|| self.connection.query_one_raw(copy.clone()), async |tx| tx.query_one_raw(statement).await).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let copy = statement.clone();
        self.run(|| self.connection.query_all_raw(copy.clone()), async |tx| tx.query_all_raw(statement).await).await
    }
}

/// Repeats `work` if it got no connection.
async fn retried<T, F: Future<Output = Result<T, DbErr>>>(work: impl Fn() -> F) -> Result<T, DbErr> {
    for _ in 1..ATTEMPTS {
        match work().await {
            Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)) => {}
            done => return done,
        }
    }
    work().await
}

/// The error of a query that took too long.
pub(super) fn timed_out() -> DbErr {
    DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)
}
