//! The task that deletes what is old, from the start of the server to its end.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::security::random;
use super::service::ServiceError;
use super::service::cleanup::CleanupService;

/// How often it looks, at least.
const INTERVAL: Duration = Duration::from_secs(3_600);
/// By how much each round is put off, at most: nodes that started together must not go on together.
const JITTER_SECONDS: u64 = 600;

/// Deletes what is old now and then every hour, until the server is to stop.
pub async fn run(cleanup: CleanupService, stopping: CancellationToken) {
    loop {
        match prune(&cleanup, &stopping).await {
            Ok(0) => {}
            Ok(rows) => tracing::info!(rows, "old rows were deleted"),
            // Whatever it is, it costs nothing but room, and is tried again.
            Err(fault) => tracing::warn!(error = %fault, "old rows could not be deleted"),
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
