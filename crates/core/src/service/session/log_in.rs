//! Login with username or email address, and password.

use sea_orm::DbErr;

use super::{AccessError, Channel, Login, ServiceError, SessionService, notices};
use crate::client::Client;
use crate::security::password_hash::PasswordCheck;
use crate::service::registration::mail_again;
use crate::service::throttle::{Attempt, Counter};
use crate::store::audit::{self, Event};
use crate::store::entity::{registration, user};
use crate::store::{registrations, users};
use latchkey_types::{EmailAddress, Password, RateLimited, Username};

/// Why a login failed.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// Unknown user or wrong password: one variant, so that no caller can tell them apart.
    #[error("wrong username or password")]
    Rejected,
    /// The password is correct, but the account is deactivated.
    #[error("the account is deactivated")]
    Deactivated,
    /// The password is correct, but the registration is not confirmed. The confirmation email is sent again, within the
    /// rate limit.
    #[error("the registration is not confirmed")]
    Unconfirmed,
    /// Too many failures with this name, from this device or from this network. The password was not compared.
    #[error(transparent)]
    TooMany(#[from] RateLimited),
    /// A dependency is unavailable, or an internal error occurred.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

from_service_errors!(LoginError: DbErr);

impl SessionService {
    /// Logs in with username or email address; an account with a second factor gets a challenge. An unknown user takes as long as a wrong password.
    pub async fn log_in(
        &self,
        name_or_email: &str,
        password: &Password,
        channel: Channel<'_>,
        client: &Client,
    ) -> Result<Login, LoginError> {
        // No password is that long. Refused for every account alike, before any query or hash.
        if password.is_too_long() {
            return Err(LoginError::Rejected);
        }
        let (user, registration) = self.find(name_or_email).await?;
        let device = user.as_ref().and_then(|user| self.known_device(&user.public_id, channel.device()));
        let counter = device.as_ref().map_or(Counter::Login(name_or_email), Counter::Device);
        let attempt = self.core.throttle.attempt(counter, client).await??;
        // Always one comparison: with the account, else with the newest registration, else with a dummy.
        let stored = user.as_ref().map(|user| &user.password).or(registration.as_ref().map(|row| &row.password));
        let comparison = self.core.hasher.verify(password, stored.map(String::as_str), client);
        let check = attempt.evaluate(comparison).await?;
        match (user, registration, check) {
            (Some(user), _, PasswordCheck::Match { .. }) if !user.is_active => {
                self.record_failure(Some(&user), "deactivated", Some(&attempt), client).await?;
                Err(LoginError::Deactivated)
            }
            (Some(user), _, PasswordCheck::Match { replacement }) => {
                self.begin_for(&user, replacement, &attempt, channel, client).await
            }
            (None, Some(registration), PasswordCheck::Match { .. }) => {
                self.resend_confirmation(&registration, &attempt, client).await?;
                Err(LoginError::Unconfirmed)
            }
            (user, ..) => {
                self.record_failure(user.as_ref(), "wrong name or password", Some(&attempt), client).await?;
                Err(LoginError::Rejected)
            }
        }
    }

    /// The account, and the newest pending registration.
    ///
    /// An email address only finds the account: it can have both, and accepting the password of a registration would
    /// reveal whether there is an account. A username has only one of them.
    async fn find(&self, name_or_email: &str) -> Result<(Option<user::Model>, Option<registration::Model>), DbErr> {
        let (db, now) = (self.core.store.reader(), self.core.clock.now());
        if let Ok(username) = Username::parse(name_or_email) {
            let user = users::by_username(db, &username).await?;
            return Ok((user, registrations::of_username(db, &username, now, 1).await?.pop()));
        }
        let Ok(email) = EmailAddress::parse(name_or_email) else { return Ok((None, None)) };
        Ok((users::by_email(db, &email).await?, None))
    }

    /// Records the failed login and sends the confirmation email again.
    async fn resend_confirmation(
        &self,
        registration: &registration::Model,
        attempt: &Attempt<'_>,
        client: &Client,
    ) -> Result<(), ServiceError> {
        let now = self.core.clock.now();
        self.core
            .store
            .write_tx(async |tx| {
                attempt.succeed(tx).await?;
                let event = Event { detail: "not confirmed", ..Event::default() };
                audit::record(tx, audit::Kind::LoginFail, event, client, now).await?;
                mail_again(tx, registration, client, now).await
            })
            .await
    }

    async fn begin_for(
        &self,
        user: &user::Model,
        replacement: Option<String>,
        attempt: &Attempt<'_>,
        channel: Channel<'_>,
        client: &Client,
    ) -> Result<Login, LoginError> {
        let now = self.core.clock.now();
        let superseded = self.superseded(channel);
        let login = self
            .core
            .store
            .write_tx(async |tx| {
                // The password may have been changed, or the account deactivated, during the comparison.
                let unchanged = users::lock(tx, user.id)
                    .await?
                    .filter(|locked| locked.password == user.password && locked.is_active);
                let Some(locked) = unchanged else { return Err(LoginError::Rejected) };
                if let Some(hash) = &replacement {
                    users::replace_hash(tx, user.id, &user.password, hash).await?;
                }
                attempt.succeed(tx).await?;
                if let Some(challenge) = self.challenge(tx, &locked, channel).await? {
                    return Ok(Login::Challenge(challenge));
                }
                users::set_last_login(tx, user.id, now).await?;
                let event = Event { actor: Some(&user.public_id), subject: Some(&user.public_id), ..Event::default() };
                audit::record(tx, audit::Kind::LoginSuccess, event, client, now).await?;
                Ok(Login::Session(self.create(tx, &locked, channel, superseded.as_ref(), client).await?))
            })
            .await?;
        if let Login::Session(_) = login {
            self.invalidate_superseded(superseded.as_ref());
        }
        Ok(login)
    }

    /// Records the failed login. If it was the last one that is evaluated, the owner is told.
    pub(super) async fn record_failure(
        &self,
        user: Option<&user::Model>,
        why: &str,
        attempt: Option<&Attempt<'_>>,
        client: &Client,
    ) -> Result<(), ServiceError> {
        let event = Event { subject: user.map(|user| user.public_id.as_str()), detail: why, ..Event::default() };
        let now = self.core.clock.now();
        self.core
            .store
            .write_tx(async |tx| {
                audit::record(tx, audit::Kind::LoginFail, event, client, now).await?;
                if attempt.is_some_and(Attempt::ends_logins) {
                    notices::logins_locked(tx, user, now).await?;
                }
                Ok(())
            })
            .await
    }
}

impl From<AccessError> for LoginError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Service(fault) => Self::Service(fault),
            _ => Self::Rejected,
        }
    }
}
