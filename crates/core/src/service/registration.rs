//! Registration: the account is created at once, or after confirmation by email.

use std::sync::Arc;

use sea_orm::DatabaseTransaction;

use super::session::{Channel, IssuedToken, SessionService};
use super::{Core, ServiceError};
use crate::client::Client;
use crate::extension::AccountEvent;
use crate::security::random;
use crate::store::audit::{self, Event};
use crate::store::entity::user;
use crate::store::users::{self, InsertError, NewUser};
use latchkey_types::FieldError;
use latchkey_types::{Password, RateLimited, Role, Roles, Username};

mod confirm;
mod pending;
mod reserved_names;
mod validate;

pub use confirm::ConfirmError;
pub(super) use pending::mail_again;
use validate::ValidRegistration;

/// Why an account was not created.
#[derive(Debug, thiserror::Error)]
pub enum RegistrationError {
    /// The input is invalid; at least one reason.
    #[error("refused: {0:?}")]
    Refused(Vec<FieldError>),
    /// Too many registrations or requests of emails from this network, wrong passwords for a username that waits, or
    /// emails to this address.
    #[error(transparent)]
    TooMany(#[from] RateLimited),
    /// Registration is closed: accounts are created at the command line only.
    #[error("registration is closed")]
    Closed,
    /// A dependency is unavailable, or an internal error occurred.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<FieldError> for RegistrationError {
    fn from(refusal: FieldError) -> Self {
        Self::Refused(vec![refusal])
    }
}

from_service_errors!(RegistrationError: DbErr, HashError);

impl From<InsertError> for RegistrationError {
    fn from(error: InsertError) -> Self {
        match error {
            InsertError::UsernameTaken => FieldError::UsernameTaken.into(),
            InsertError::EmailTaken => FieldError::EmailTaken.into(),
            InsertError::Db(error) => error.into(),
        }
    }
}

/// The result of a registration.
#[derive(Clone, Debug)]
pub enum Registered {
    /// The account is active, and its user is logged in.
    LoggedIn(IssuedToken),
    /// An email was queued. Recipient and content stay secret: they depend on whether the address has an account.
    MailSent,
}

/// Creates accounts.
#[derive(Clone, Debug)]
pub struct RegistrationService {
    core: Arc<Core>,
    session: SessionService,
}

impl RegistrationService {
    pub(super) fn new(core: Arc<Core>, session: SessionService) -> Self {
        Self { core, session }
    }

    /// Registers a user. Depending on the settings, either creates an active account and logs in (`email` may be
    /// empty), or queues a confirmation email.
    ///
    /// # Errors
    /// [`RegistrationError::Refused`] with every reason found. A taken email address is only reported if registrations
    /// are not confirmed by email.
    pub async fn register(
        &self,
        username: &str,
        email: &str,
        password: &Password,
        channel: Channel<'_>,
        client: &Client,
    ) -> Result<Registered, RegistrationError> {
        self.require_open()?;
        self.core.throttle.registration(client)?;
        if self.core.confirmation.is_required {
            let valid = self.validate_with_email(username, email, password, client).await?;
            self.begin_pending(valid, password, client).await?;
            return Ok(Registered::MailSent);
        }
        let valid = self.validate(username, email, password, reserved_names::parse_unreserved, client).await?;
        let now = self.core.clock.now();
        let superseded = self.session.superseded(channel);
        let issued = self
            .core
            .store
            .write_tx(async |tx| -> Result<IssuedToken, RegistrationError> {
                let user = insert_user(&self.core, tx, &valid, (default_roles(), None), client, now).await?;
                Ok(self.session.create(tx, &user, channel, superseded.as_ref(), client).await?)
            })
            .await?;
        self.session.invalidate_superseded(superseded.as_ref());
        Ok(Registered::LoggedIn(issued))
    }

    fn require_open(&self) -> Result<(), RegistrationError> {
        if self.core.registration_is_open { Ok(()) } else { Err(RegistrationError::Closed) }
    }

    /// Creates an active account at the command line, without a session. Its username may be a reserved one.
    ///
    /// # Errors
    /// [`RegistrationError::Refused`] with every reason found.
    pub async fn add(
        &self,
        username: &str,
        email: &str,
        password: &Password,
        roles: Roles,
        client: &Client,
    ) -> Result<user::Model, RegistrationError> {
        let valid = self.validate(username, email, password, Username::parse_new, client).await?;
        let now = self.core.clock.now();
        self.core
            .store
            .write_tx(async |tx| -> Result<user::Model, RegistrationError> {
                insert_user(&self.core, tx, &valid, (roles, Some(now)), client, now).await
            })
            .await
    }
}

/// The roles of new accounts.
fn default_roles() -> Roles {
    Roles::from_words([Role::USER]).unwrap_or_default()
}

/// Inserts an account with its roles and the time at which its email address was confirmed, and records the event.
async fn insert_user(
    core: &Core,
    tx: &DatabaseTransaction,
    new: &ValidRegistration,
    (roles, email_confirmed_at): (Roles, Option<i64>),
    client: &Client,
    now: i64,
) -> Result<user::Model, RegistrationError> {
    let new = NewUser {
        username: &new.username,
        email: new.email.as_ref(),
        password_hash: new.password_hash.clone(),
        roles,
        public_id: random::id().map_err(ServiceError::from)?,
        created_at: now,
        email_confirmed_at: email_confirmed_at.filter(|_| new.email.is_some()),
    };
    let user = users::insert(tx, new).await?;
    let event = Event { actor: Some(&user.public_id), subject: Some(&user.public_id), ..Event::default() };
    audit::record(tx, audit::Kind::UserCreated, event, client, now).await?;
    core.fire(tx, AccountEvent::AccountCreated, &user).await?;
    Ok(user)
}
