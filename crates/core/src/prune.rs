//! Background task that deletes old rows while the server runs.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::security::random;
use super::service::ServiceError;
use super::service::cleanup::CleanupService;

/// Time between two runs, without jitter.
const INTERVAL: Duration = Duration::from_secs(3_600);
/// Maximum jitter: nodes that started together must not run together.
const JITTER_SECONDS: u64 = 600;

/// Deletes old rows now and then about every hour, until `stopping` is cancelled.
pub async fn run(cleanup: CleanupService, stopping: CancellationToken) {
    loop {
        match prune(&cleanup, &stopping).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "old rows were deleted"),
            // Not an error: it only costs disk space, and the next run tries again.
            Err(fault) => tracing::warn!(error = %fault, "deleting old rows failed; the next run tries again"),
        }
        tokio::select! {
            () = tokio::time::sleep(INTERVAL + jitter()) => {}
            () = stopping.cancelled() => return,
        }
    }
}

async fn prune(cleanup: &CleanupService, stopping: &CancellationToken) -> Result<u64, ServiceError> {
    let mut total = 0;
    while !stopping.is_cancelled() {
        match cleanup.prune_batch().await? {
            0 => break,
            count => total += count,
        }
    }
    Ok(total)
}

fn jitter() -> Duration {
    let random = random::bytes().map(u64::from_le_bytes).unwrap_or_default();
    Duration::from_secs(random % JITTER_SECONDS)
}
