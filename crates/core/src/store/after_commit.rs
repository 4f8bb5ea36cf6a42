//! Effects of a transaction that wait for its commit.

use std::cell::RefCell;
use std::future::Future;

use crate::kinds::EventKind;
use crate::telemetry;

/// Effects that happen when the transaction is committed, and not if it fails.
#[derive(Debug, Default)]
pub(super) struct Effects {
    /// Whether the transaction queued an email.
    pub(super) wakes_mail_worker: bool,
    /// The audit events that it recorded, in their order.
    pub(super) audit_lines: Vec<AuditLine>,
}

/// A log line about an audit event. The span of the request adds its id.
#[derive(Debug)]
pub(super) struct AuditLine {
    pub(super) kind: EventKind,
    pub(super) outcome: &'static str,
    pub(super) user_id: String,
    pub(super) detail: String,
}

impl AuditLine {
    pub(super) fn log(&self) {
        let Self { kind, outcome, user_id, detail } = self;
        telemetry::event(kind);
        let kind = kind.to_string();
        tracing::info!(target: "latchkey_core::audit", event = kind, outcome, user.id = user_id, detail, "audit");
    }
}

tokio::task_local! {
    static EFFECTS: RefCell<Effects>;
}

/// Runs a transaction and returns its result and its effects.
pub(super) async fn collect<T>(work: impl Future<Output = T>) -> (T, Effects) {
    let collected = async {
        let done = work.await;
        (done, EFFECTS.with(RefCell::take))
    };
    EFFECTS.scope(RefCell::default(), collected).await
}

/// Wakes the mail worker when the current transaction is committed.
pub(super) fn notify_worker() {
    // Outside of `write_tx` the worker is not woken, and finds the email at its next poll.
    let _ = EFFECTS.try_with(|effects| effects.borrow_mut().wakes_mail_worker = true);
}

/// Logs the line when the current transaction is committed; at once outside of `write_tx`.
pub(super) fn log_audit(line: AuditLine) {
    let mut line = Some(line);
    let _ = EFFECTS.try_with(|effects| effects.borrow_mut().audit_lines.extend(line.take()));
    if let Some(line) = line {
        line.log();
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use sea_orm::DbErr;
    use tracing::subscriber::DefaultGuard;

    use super::super::Store;
    use super::super::audit::{Event, Kind, record};
    use crate::client::Client;
    use crate::config::{DatabaseSettings, DatabaseUrl};

    /// What is logged on this thread.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Log {
        fn capture() -> (Self, DefaultGuard) {
            let log = Self::default();
            let writer = log.clone();
            let subscriber = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
            (log, tracing::subscriber::set_default(subscriber))
        }

        fn lines(&self) -> Vec<String> {
            let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
            text.lines().filter(|line| line.contains("audit")).map(str::to_owned).collect()
        }
    }

    impl Write for Log {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(text)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    async fn store(folder: &tempfile::TempDir) -> Store {
        let url = DatabaseUrl::Sqlite(folder.path().join("test.db"));
        let store = Store::connect(&DatabaseSettings { url, connections: 2 }, Vec::new).await.unwrap();
        store.migrate().await.unwrap();
        store
    }

    #[tokio::test]
    async fn an_event_is_logged_once_and_after_the_commit() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let (log, _guard) = Log::capture();
        let event = Event { subject: Some("ada"), ..Event::default() };
        let within = store.write_tx(async |tx| -> Result<usize, DbErr> {
            record(tx, Kind::LoginSuccess, event, &Client::command_line(), 0).await?;
            Ok(log.lines().len())
        });
        assert_eq!(within.await.unwrap(), 0);
        let lines = log.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains(r#"event="authn_login_success" outcome="success" user.id="ada""#), "{lines:?}");
    }

    #[tokio::test]
    async fn an_event_of_a_transaction_that_fails_is_not_logged() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder).await;
        let (log, _guard) = Log::capture();
        let failed = store.write_tx(async |tx| -> Result<(), DbErr> {
            record(tx, Kind::LoginSuccess, Event::default(), &Client::command_line(), 0).await?;
            Err(DbErr::Custom("a hook refused".to_owned()))
        });
        failed.await.unwrap_err();
        assert_eq!(log.lines(), Vec::<String>::new());
    }
}
