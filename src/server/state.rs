//! What every request needs.

use std::sync::Arc;

use leptos::config::LeptosOptions;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::clock::Clock;
use super::config::Config;
use super::http::assets::Assets;
use super::mail::courier::Courier;
use super::security::jwt::Keys;
use super::security::password_hash::Hasher;
use super::service::{Confirmation, Core, Services};
use super::store::Store;

/// Shared by all requests; cheap to clone.
#[derive(Clone, Debug)]
pub struct AppState {
    /// The settings.
    pub config: Arc<Config>,
    /// The database.
    pub store: Store,
    /// The use cases.
    pub services: Services,
    /// Delivers mail.
    pub courier: Arc<Courier>,
    /// Scripts, styles, pictures.
    pub assets: Arc<Assets>,
    /// What Leptos wants to know.
    pub leptos: LeptosOptions,
    /// Writes that no answer waits for.
    pub tasks: TaskTracker,
    /// Cancelled when the server is about to stop.
    pub stopping: CancellationToken,
}

impl AppState {
    /// Puts the parts together.
    ///
    /// # Errors
    /// When the operating system has no randomness to give, or the certificate of the mail server can't be read.
    pub fn new(
        config: Config,
        store: Store,
        clock: Clock,
        assets: Assets,
        leptos: LeptosOptions,
    ) -> anyhow::Result<Self> {
        let tasks = TaskTracker::new();
        let (current, previous) = config.secrets.split_first().ok_or_else(|| anyhow::anyhow!("no key"))?;
        let courier = Courier::new(&config.mail, &config.public_url, store.clone(), clock.clone())?;
        let core = Core {
            store: store.clone(),
            clock,
            keys: Keys::new(current, previous),
            hasher: Hasher::new()?,
            lifespans: config.lifespans,
            confirmation: Confirmation { is_required: config.confirm_email, seconds: config.mail.confirm_seconds },
            tasks: tasks.clone(),
        };
        Ok(Self {
            config: Arc::new(config),
            store,
            services: Services::new(core),
            courier: Arc::new(courier),
            assets: Arc::new(assets),
            leptos,
            tasks,
            stopping: CancellationToken::new(),
        })
    }
    /// Whether mails are shown: on a developer's own machine, where they are not sent.
    #[must_use]
    pub fn shows_mails(&self) -> bool {
        self.config.is_dev && self.courier.folder().is_some()
    }
}
