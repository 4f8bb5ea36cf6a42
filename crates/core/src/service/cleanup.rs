//! Deletion of old rows.

use std::sync::Arc;

use sea_orm::Iterable;

use super::{Core, ServiceError};
use crate::store::prune::{self, Limits, Table};

/// How long expired rows are kept, in seconds. The clocks of nodes differ, and no node may delete a row that another
/// one still considers valid.
const EXPIRED_SECONDS: i64 = 3_600;
/// How long rows of sent and given-up emails are kept, in seconds.
const MAIL_SECONDS: i64 = 30 * 86_400;

/// Deletes old rows.
#[derive(Clone, Debug)]
pub struct CleanupService {
    core: Arc<Core>,
}

impl CleanupService {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// Deletes a batch of old rows from every table and returns their number. Zero means that there are none left.
    pub async fn prune_batch(&self) -> Result<u64, ServiceError> {
        let now = self.core.clock.now();
        let limits = Limits {
            expired: now - EXPIRED_SECONDS,
            recorded: now - self.core.lifespans.audit,
            mailed: now - MAIL_SECONDS,
            counted: now - super::mail_queue::MAIL_DAY_SECONDS,
            guessed: now - super::throttle::KEPT_SECONDS,
        };
        let mut count = 0;
        for table in Table::iter() {
            count += self.core.store.write_tx(async |tx| prune::batch(tx, table, limits).await).await?;
        }
        Ok(count)
    }
}
