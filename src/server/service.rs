//! The use cases. Each exists once and serves both doors.
//!
//! Invariant: knows neither HTTP nor Leptos; refuses with an enum of its own; text for people is the edge's.

use std::sync::Arc;

use sea_orm::DbErr;
use tokio_util::task::TaskTracker;

use super::clock::Clock;
use super::config::Lifespans;
use super::security::jwt::Keys;
use super::security::password_hash::{HashError, Hasher};
use super::store::{self, Store};

pub mod accounts;
pub mod email_change;
pub mod events;
pub mod import;
pub mod own_account;
pub mod password_reset;
pub mod post;
pub mod registration;
pub mod session;
pub mod upkeep;

/// Why a use case could not be carried out, whatever it was.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The database or the hashing can't take it now.
    #[error("busy or away: {0}")]
    Unavailable(String),
    /// A fault of ours; never shown.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl From<DbErr> for Fault {
    fn from(error: DbErr) -> Self {
        if store::is_unavailable(&error) { Self::Unavailable(error.to_string()) } else { Self::Internal(error.into()) }
    }
}

impl From<HashError> for Fault {
    fn from(error: HashError) -> Self {
        match error {
            HashError::Busy => Self::Unavailable(error.to_string()),
            HashError::Internal(error) => Self::Internal(error),
        }
    }
}

/// What the use cases share.
#[derive(Debug)]
pub struct Core {
    /// The database.
    pub store: Store,
    /// What time it is.
    pub clock: Clock,
    /// Signs and verifies tokens.
    pub keys: Keys,
    /// Hashes passwords.
    pub hasher: Hasher,
    /// How long tokens and sessions last.
    pub lifespans: Lifespans,
    /// Whether and how long registrations wait for their confirmation.
    pub confirmation: Confirmation,
    /// Writes that no answer waits for.
    pub tasks: TaskTracker,
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
    /// The audit is read.
    pub events: events::EventService,
    /// Accounts come over from another application.
    pub import: import::ImportService,
    /// What is old is deleted.
    pub upkeep: upkeep::UpkeepService,
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
            upkeep: upkeep::UpkeepService::new(Arc::clone(&core)),
            password_reset: password_reset::PasswordResetService::new(Arc::clone(&core), session.clone()),
            email_change: email_change::EmailChangeService::new(Arc::clone(&core), session.clone()),
            events: events::EventService::new(Arc::clone(&core)),
            accounts: accounts::AccountService::new(Arc::clone(&core), session.clone()),
            own_account: own_account::OwnAccountService::new(Arc::clone(&core), session.clone()),
            import: import::ImportService::new(core),
            session,
        }
    }
}
