//! The state of the server.

use std::ops::Deref;
use std::sync::Arc;

use latchkey_core::clock::Clock;
use latchkey_core::config::Config;
use latchkey_core::extension::Extension;
use latchkey_core::mail::worker::MailWorker;
use latchkey_core::service::{Core, Services};
use latchkey_core::store::Store;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::cookies::CookieNames;

/// State of the server, shared by all requests. Cloning it copies one reference.
#[derive(Clone, Debug)]
pub struct AppState(Arc<Parts>);

/// The fields of [`AppState`].
#[derive(Debug)]
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// The current time.
    pub clock: Clock,
    /// The use cases.
    pub services: Services,
    /// Delivers the outbox.
    pub mail_worker: MailWorker,
    /// Names and attributes of the cookies.
    pub cookies: CookieNames,
    /// Background tasks that no response waits for.
    pub tasks: TaskTracker,
    /// Cancelled when the server stops.
    pub stopping: CancellationToken,
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl AppState {
    /// Builds the state of a server that stops when `stopping` is cancelled.
    ///
    /// # Errors
    /// If the operating system provides no randomness, or the certificate of the mail server cannot be read.
    pub fn new(
        config: Config,
        store: Store,
        clock: Clock,
        extension: Extension,
        stopping: CancellationToken,
    ) -> anyhow::Result<Self> {
        let core = Core::new(&config, store.clone(), clock.clone(), extension.clone())?;
        Ok(Self(Arc::new(Parts {
            mail_worker: MailWorker::new(&config, store.clone(), clock.clone(), extension)?,
            tasks: core.tasks.clone(),
            services: Services::new(core),
            cookies: CookieNames::new(&config),
            config,
            store,
            clock,
            stopping,
        })))
    }

    /// Whether emails can be read at `/dev/mail`: in DEV, if they are saved to a folder instead of sent.
    #[must_use]
    pub fn shows_mails(&self) -> bool {
        self.config.is_dev && self.mail_worker.folder().is_some()
    }
}
