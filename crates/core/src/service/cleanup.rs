//! What has served its time is deleted.

use std::sync::Arc;

use sea_orm::Iterable;

use super::{Core, ServiceError};
use crate::store::prune::{self, Limits, Table};

/// For how many seconds what has expired is kept still: the clocks of nodes differ, and what one has in hand another
/// must not delete.
const EXPIRED_SECONDS: i64 = 3_600;
/// For how many seconds a mail that was sent or given up can be looked up.
const MAIL_SECONDS: i64 = 30 * 86_400;

/// Deletes what is old.
#[derive(Clone, Debug)]
pub struct CleanupService {
    core: Arc<Core>,
}

impl CleanupService {
    /// Over a core.
    #[must_use]
    pub fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Deletes some of what is old in every table; how many rows. At zero there is nothing left to do.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn prune_batch(&self) -> Result<u64, ServiceError> {
        let now = self.core.clock.now();
        let limits = Limits {
            expired: now - EXPIRED_SECONDS,
            recorded: now - self.core.lifespans.audit,
            mailed: now - MAIL_SECONDS,
            counted: now - super::mail_queue::MAIL_DAY_SECONDS,
        };
        let mut count = 0;
        for table in Table::iter() {
            count += self.core.store.write_tx(async |tx| prune::batch(tx, table, limits).await).await?;
        }
        Ok(count)
    }
}
