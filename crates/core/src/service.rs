//! Use cases. Each exists once and serves pages, API and command line.
//!
//! Invariant: knows neither HTTP nor Leptos. A use case fails with an error enum of its own; user-visible text is added
//! at the edge.

use std::fmt;
use std::sync::Arc;

use anyhow::Context;
use latchkey_types::{Product, SiteCode};
use sea_orm::DatabaseTransaction;
use tokio_util::task::TaskTracker;

use super::clock::Clock;
use super::config::{Config, Lifespans, SecondFactorPolicy};
use super::extension::{AccountEvent, Extension, Hooks};
use super::security::jwt::SigningKeys;
use super::security::keyed_hash::KeyedHash;
use super::security::password_hash::Hasher;
use super::security::pwned_passwords::PwnedPasswords;
use super::security::secret_box::SecretBox;
use super::store::Store;
use super::store::entity::user;

/// Implements `From` for errors of the database or the password hashing, so that `?` turns them into the variant
/// `Service` of a use case's error.
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
mod link_request;
pub mod login_link;
pub mod mail_queue;
pub mod own_account;
pub mod passkeys;
pub mod password_reset;
pub mod registration;
pub mod second_factor;
pub mod session;
pub mod throttle;

pub use crate::service_error::ServiceError;

/// Dependencies and settings that all use cases share.
pub struct Core {
    /// Name and branding of the application.
    pub product: Product,
    /// The database.
    pub store: Store,
    /// The clock; tests can set it.
    pub clock: Clock,
    /// Signs and verifies tokens.
    pub keys: SigningKeys,
    /// Hashes and verifies passwords.
    pub hasher: Hasher,
    /// Counts guesses of secrets and limits requests per network.
    throttle: throttle::Throttle,
    /// Encrypts the secrets of second factors.
    secrets: SecretBox,
    /// Lifetimes of tokens, sessions and audit events.
    pub lifespans: Lifespans,
    /// Whether anyone can register.
    pub registration_is_open: bool,
    /// Whether registrations must be confirmed by email, and for how long they can be.
    pub confirmation: Confirmation,
    /// Who must have a second factor.
    second_factor: SecondFactorPolicy,
    /// Whether a link in an email logs in.
    login_by_email: bool,
    /// How long a password can be reset by a link, in seconds.
    reset_seconds: i64,
    /// The begin of links: `PUBLIC_URL`.
    origin: String,
    /// Account hooks of the application.
    pub hooks: Arc<dyn Hooks>,
    /// Audit kinds of the application.
    pub audit_kinds: &'static [SiteCode],
    /// Background writes. Responses do not wait for them, shutdown does.
    pub tasks: TaskTracker,
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core").field("product", &self.product.slug).finish_non_exhaustive()
    }
}

impl Core {
    /// Creates the core from the settings. Fails if they contain no signing key.
    pub fn new(config: &Config, store: Store, clock: Clock, extension: Extension) -> anyhow::Result<Self> {
        let (current, previous) = config.secrets.split_first().context("the settings contain no signing key")?;
        let pwned = config.pwned_passwords.as_ref().map(PwnedPasswords::new).transpose()?;
        Ok(Self {
            product: config.product,
            throttle: throttle::Throttle::new(store.clone(), clock.clone(), KeyedHash::new(current, previous)),
            store,
            clock,
            keys: SigningKeys::new(config.product.slug, current, previous),
            hasher: Hasher::new(config.product.name, pwned)?,
            secrets: SecretBox::new(current, previous)?,
            lifespans: config.lifespans,
            registration_is_open: config.registration_is_open,
            confirmation: Confirmation { is_required: config.confirm_email, seconds: config.mail.confirm_seconds },
            second_factor: config.second_factor,
            login_by_email: config.login_by_email,
            reset_seconds: config.mail.reset_seconds,
            origin: config.origin(),
            hooks: extension.hooks,
            audit_kinds: extension.audit_kinds,
            tasks: TaskTracker::new(),
        })
    }

    /// Calls the account hooks of the application inside the transaction of an event.
    async fn fire(
        &self,
        tx: &DatabaseTransaction,
        event: AccountEvent,
        user: &user::Model,
    ) -> Result<(), ServiceError> {
        self.hooks.on_account_event(tx, event, user.into()).await
    }
}

/// Confirmation by email.
#[derive(Clone, Copy, Debug)]
pub struct Confirmation {
    /// Whether a registration must be confirmed before its account is created.
    pub is_required: bool,
    /// How long a registration or an email change can be confirmed, in seconds.
    pub seconds: i64,
}

/// All use cases.
#[derive(Clone, Debug)]
pub struct Services {
    /// Login, authentication, token rotation and logout.
    pub session: session::SessionService,
    /// Registration and its confirmation.
    pub registration: registration::RegistrationService,
    /// Password reset by email.
    pub password_reset: password_reset::PasswordResetService,
    /// Login by a link in an email.
    pub login_link: login_link::LoginLinkService,
    /// Change of the email address.
    pub email_change: email_change::EmailChangeService,
    /// Account administration.
    pub accounts: accounts::AccountService,
    /// Drafts of long rejected forms.
    pub form_drafts: form_drafts::FormDraftService,
    /// The audit log, for administrators.
    pub events: events::EventService,
    /// Import of accounts from another application.
    pub import: import::ImportService,
    /// Deletion of old rows.
    pub cleanup: cleanup::CleanupService,
    /// The second factor of one's own account.
    pub second_factor: second_factor::SecondFactorService,
    /// Passkeys.
    pub passkeys: passkeys::PasskeyService,
    /// Users' own accounts: overview, password change, deletion.
    pub own_account: own_account::OwnAccountService,
}

impl Services {
    /// Creates all use cases; they share one core.
    #[must_use]
    pub fn new(core: Core) -> Self {
        let core = Arc::new(core);
        let session = session::SessionService::new(Arc::clone(&core));
        Self {
            registration: registration::RegistrationService::new(Arc::clone(&core), session.clone()),
            cleanup: cleanup::CleanupService::new(Arc::clone(&core)),
            password_reset: password_reset::PasswordResetService::new(Arc::clone(&core), session.clone()),
            login_link: login_link::LoginLinkService::new(Arc::clone(&core), session.clone()),
            email_change: email_change::EmailChangeService::new(Arc::clone(&core), session.clone()),
            form_drafts: form_drafts::FormDraftService::new(Arc::clone(&core)),
            events: events::EventService::new(Arc::clone(&core)),
            accounts: accounts::AccountService::new(Arc::clone(&core), session.clone()),
            second_factor: second_factor::SecondFactorService::new(Arc::clone(&core), session.clone()),
            passkeys: passkeys::PasskeyService::new(Arc::clone(&core), session.clone()),
            own_account: own_account::OwnAccountService::new(Arc::clone(&core), session.clone()),
            import: import::ImportService::new(core),
            session,
        }
    }
}
