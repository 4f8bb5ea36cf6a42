//! The use cases. Each exists once and serves both doors.
//!
//! Invariant: knows neither HTTP nor Leptos; refuses with an enum of its own; text for people is the edge's.

use std::fmt;
use std::sync::Arc;

use anyhow::Context;
use latchkey_types::{Product, SiteCode};
use sea_orm::DatabaseTransaction;
use tokio_util::task::TaskTracker;

use super::clock::Clock;
use super::config::{Config, Lifespans};
use super::extension::{AccountEvent, Extension, Hooks};
use super::security::jwt::SigningKeys;
use super::security::password_hash::Hasher;
use super::store::Store;
use super::store::entity::user;

/// Lets `?` turn faults of the database or of the hashing into the `ServiceError` of a use case's error.
macro_rules! from_service_errors {
    ($error:ty: $($source:ident),+) => {$(
        impl From<from_service_errors!(@ $source)> for $error {
            fn from(error: from_service_errors!(@ $source)) -> Self {
                Self::Service(error.into())
            }
        }
    )+};
    (@ DbErr) => { sea_orm::DbErr };
    (@ HashError) => { crate::security::password_hash::HashError };
}

pub mod accounts;
pub mod cleanup;
pub mod email_change;
pub mod events;
pub mod form_drafts;
pub mod import;
pub mod mail_queue;
pub mod own_account;
pub mod password_reset;
pub mod registration;
pub mod session;

pub use crate::service_error::ServiceError;

/// What the use cases share.
pub struct Core {
    /// What the application calls itself.
    pub product: Product,
    /// The database.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// Signs and verifies tokens.
    pub keys: SigningKeys,
    /// Hashes passwords.
    pub hasher: Hasher,
    /// How long tokens and sessions last.
    pub lifespans: Lifespans,
    /// Whether anybody may register.
    pub registration_is_open: bool,
    /// Whether and how long registrations wait for their confirmation.
    pub confirmation: Confirmation,
    /// What the application does with events of accounts.
    pub hooks: Arc<dyn Hooks>,
    /// The kinds of events that the application records.
    pub audit_kinds: &'static [SiteCode],
    /// Writes that no answer waits for.
    pub tasks: TaskTracker,
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").field("product", &self.product.slug).finish_non_exhaustive()
    }
}

impl Core {
    /// Over a database, as the settings say.
    ///
    /// # Errors
    /// When the settings hold no key, or the operating system has no randomness to give.
    pub fn new(config: &Config, store: Store, clock: Clock, extension: Extension) -> anyhow::Result<Self> {
        let (current, previous) = config.secrets.split_first().context("no key")?;
        Ok(Self {
            product: config.product,
            store,
            clock,
            keys: SigningKeys::new(config.product.slug, current, previous),
            hasher: Hasher::new(config.product.name)?,
            lifespans: config.lifespans,
            registration_is_open: config.registration_is_open,
            confirmation: Confirmation { is_required: config.confirm_email, seconds: config.mail.confirm_seconds },
            hooks: extension.hooks,
            audit_kinds: extension.audit_kinds,
            tasks: TaskTracker::new(),
        })
    }

    /// Tells the application, inside the transaction, what happens to an account.
    async fn fire(
        &self,
        tx: &DatabaseTransaction,
        event: AccountEvent,
        user: &user::Model,
    ) -> Result<(), ServiceError> {
        self.hooks.on_account_event(tx, event, user.into()).await
    }
}

/// What is confirmed by mail, and for how long it can be.
#[derive(Clone, Copy, Debug)]
pub struct Confirmation {
    /// Whether an account is confirmed before it can be used.
    pub is_required: bool,
    /// For how many seconds a registration, or a new address, can be confirmed.
    pub seconds: i64,
}

/// The use cases.
#[derive(Clone, Debug)]
pub struct Services {
    /// Sessions begin, go on and end.
    pub session: session::SessionService,
    /// Accounts begin.
    pub registration: registration::RegistrationService,
    /// Forgotten passwords are replaced.
    pub password_reset: password_reset::PasswordResetService,
    /// Addresses change.
    pub email_change: email_change::EmailChangeService,
    /// Accounts are looked after.
    pub accounts: accounts::AccountService,
    /// Long forms that were rejected are kept.
    pub form_drafts: form_drafts::FormDraftService,
    /// The audit is read.
    pub events: events::EventService,
    /// Accounts come over from another application.
    pub import: import::ImportService,
    /// What is old is deleted.
    pub cleanup: cleanup::CleanupService,
    /// People look after their own.
    pub own_account: own_account::OwnAccountService,
}

impl Services {
    /// All of them over one core.
    #[must_use]
    pub fn new(core: Core) -> Self {
        let core = Arc::new(core);
        let session = session::SessionService::new(Arc::clone(&core));
        Self {
            registration: registration::RegistrationService::new(Arc::clone(&core), session.clone()),
            cleanup: cleanup::CleanupService::new(Arc::clone(&core)),
            password_reset: password_reset::PasswordResetService::new(Arc::clone(&core), session.clone()),
            email_change: email_change::EmailChangeService::new(Arc::clone(&core), session.clone()),
            form_drafts: form_drafts::FormDraftService::new(Arc::clone(&core)),
            events: events::EventService::new(Arc::clone(&core)),
            accounts: accounts::AccountService::new(Arc::clone(&core), session.clone()),
            own_account: own_account::OwnAccountService::new(Arc::clone(&core), session.clone()),
            import: import::ImportService::new(core),
            session,
        }
    }
}
