//! What a transaction leaves to be done once it is committed.

use std::cell::Cell;
use std::future::Future;

tokio::task_local! {
    static MAIL_QUEUED: Cell<bool>;
}

/// Runs a transaction; with it, whether it put a mail into the outbox.
pub(super) async fn watch<T>(work: impl Future<Output = T>) -> (T, bool) {
    let watched = async {
        let done = work.await;
        (done, MAIL_QUEUED.with(Cell::get))
    };
    MAIL_QUEUED.scope(Cell::new(false), watched).await
}

/// Has the worker woken when the transaction of this task is committed. Before that it would find nothing.
pub(super) fn notify_worker() {
    // Outside of `write_tx` nobody is woken, and the mail waits for the worker's next round.
    let _ = MAIL_QUEUED.try_with(|is_due| is_due.set(true));
}
