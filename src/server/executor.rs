//! Executor of Leptos on the server: Tokio tasks in the log span of the request that spawned them.

use any_spawner::{CustomExecutor, Executor, PinnedFuture, PinnedLocalFuture};
use tracing::Instrument;

/// Sets the executor, so that futures of Leptos log with the id of their request. Must be called before anything else
/// sets one.
pub(super) fn init() {
    let _ = Executor::init_custom_executor(TokioInSpan);
}

/// Like the executor of Leptos for Tokio, but with spans.
struct TokioInSpan;

impl CustomExecutor for TokioInSpan {
    fn spawn(&self, future: PinnedFuture<()>) {
        tokio::spawn(future.in_current_span());
    }

    fn spawn_local(&self, future: PinnedLocalFuture<()>) {
        tokio::task::spawn_local(future.in_current_span());
    }

    fn poll_local(&self) {}
}
