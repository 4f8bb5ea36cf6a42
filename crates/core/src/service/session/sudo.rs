//! Sudo mode: sensitive actions require a recently entered password.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use super::{AuthSession, Channel, IssuedToken, ServiceError, SessionService};
use crate::client::Client;
use crate::kinds::TokenKind;
use crate::security::password_hash::PasswordCheck;
use crate::service::throttle::Counter;
use crate::store::audit::{self, Event};
use crate::store::entity::user;
use crate::store::{sessions, users};
use latchkey_types::{Password, RateLimited};

/// How long an entered password counts as recent, in seconds: long enough for one task, short enough for an unattended
/// computer.
pub const FRESH_SECONDS: i64 = 600;

/// The password was not entered recently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password must be entered again")]
pub struct NotFresh;

/// Why a password was not verified.
#[derive(Debug, thiserror::Error)]
pub enum VerifyPasswordError {
    /// The password is wrong.
    #[error("the password is wrong")]
    Mismatch,
    /// The account was deleted or deactivated, or the session has ended meanwhile.
    #[error("the session has ended")]
    SessionEnded,
    /// Too many failures in the sessions of the account. The password was not compared.
    #[error(transparent)]
    TooMany(#[from] RateLimited),
    /// A dependency is unavailable, or an internal error occurred.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

from_service_errors!(VerifyPasswordError: DbErr);

/// An account whose owner has just entered the correct password.
#[derive(Debug)]
pub(in crate::service) struct VerifiedPassword {
    /// The account as it was when the password was verified.
    pub(in crate::service) user: user::Model,
    replacement: Option<String>,
}

impl VerifiedPassword {
    /// Locks the account until the transaction ends. Fails if the password has changed or the
    /// account was deactivated since.
    pub(in crate::service) async fn lock(&self, tx: &impl ConnectionTrait) -> Result<user::Model, VerifyPasswordError> {
        let locked = users::lock(tx, self.user.id).await?.ok_or(VerifyPasswordError::SessionEnded)?;
        if locked.password != self.user.password {
            return Err(VerifyPasswordError::Mismatch);
        }
        if locked.is_active { Ok(locked) } else { Err(VerifyPasswordError::SessionEnded) }
    }
}

impl AuthSession {
    /// Fails unless the password was entered within the last ten minutes.
    pub fn require_fresh(&self, now: i64) -> Result<(), NotFresh> {
        if now - self.session.authenticated_at < FRESH_SECONDS { Ok(()) } else { Err(NotFresh) }
    }
}

impl SessionService {
    /// Fails unless the user entered the password within the last ten minutes.
    pub fn require_fresh(&self, auth: &AuthSession) -> Result<(), NotFresh> {
        auth.require_fresh(self.core.clock.now())
    }

    /// Verifies the password of a logged-in user again. The session is replaced by a new one, so that a copy of the old
    /// token gains nothing (ASVS 7.2.4).
    pub async fn reauthenticate(
        &self,
        auth: &AuthSession,
        password: &Password,
        client: &Client,
    ) -> Result<IssuedToken, VerifyPasswordError> {
        let verified = self.verify_password(auth, password, client).await?;
        let now = self.core.clock.now();
        let issued = self
            .core
            .store
            .write_tx(async |tx| -> Result<IssuedToken, VerifyPasswordError> {
                let user = verified.lock(tx).await?;
                if let Some(hash) = &verified.replacement {
                    users::replace_hash(tx, user.id, &user.password, hash).await?;
                }
                let public_id = Some(user.public_id.as_str());
                let event = Event { actor: public_id, subject: public_id, ..Event::default() };
                audit::record(tx, audit::Kind::ReauthenticationSuccess, event, client, now).await?;
                self.replace_session(tx, auth, &user, client).await
            })
            .await?;
        self.forget(auth);
        Ok(issued)
    }

    /// Forgets the cached session that [`Self::replace_session`] has ended. Must be called right after the commit.
    pub(in crate::service) fn forget(&self, auth: &AuthSession) {
        self.cache.invalidate(&auth.session.id);
    }

    /// Verifies the user's password; records a failure.
    pub(in crate::service) async fn verify_password(
        &self,
        auth: &AuthSession,
        password: &Password,
        client: &Client,
    ) -> Result<VerifiedPassword, VerifyPasswordError> {
        let user =
            users::by_id(self.core.store.reader(), auth.user.id).await?.ok_or(VerifyPasswordError::SessionEnded)?;
        let attempt = self.core.throttle.attempt(Counter::Session(&user.public_id), client).await??;
        let comparison = self.core.hasher.verify(password, Some(&user.password), client);
        // No password is that long, so hashing it would waste CPU time.
        if !password.is_too_long()
            && let PasswordCheck::Match { replacement } = attempt.evaluate(comparison).await?
        {
            // At once: what the password is for may still be refused, and that is not a wrong password.
            self.core.store.write_tx(async |tx| attempt.succeed(tx).await).await?;
            return Ok(VerifiedPassword { user, replacement });
        }
        let now = self.core.clock.now();
        let public_id = Some(user.public_id.as_str());
        let event = Event { actor: public_id, subject: public_id, session: Some(&auth.session.id), ..Event::default() };
        self.core
            .store
            .write_tx(async |tx| {
                Ok::<_, ServiceError>(audit::record(tx, audit::Kind::ReauthenticationFail, event, client, now).await?)
            })
            .await?;
        Err(VerifyPasswordError::Mismatch)
    }

    /// Whether the user's session has not been revoked meanwhile. The caller has locked the account.
    pub(in crate::service) async fn is_live(
        &self,
        tx: &impl ConnectionTrait,
        auth: &AuthSession,
    ) -> Result<bool, DbErr> {
        Ok(sessions::lock(tx, &auth.session.id).await?.is_some_and(|session| session.revoked_at.is_none()))
    }

    /// Creates the session that replaces the user's current one. The caller invalidates the old one after the commit.
    pub(in crate::service) async fn replace_session(
        &self,
        tx: &DatabaseTransaction,
        auth: &AuthSession,
        user: &user::Model,
        client: &Client,
    ) -> Result<IssuedToken, VerifyPasswordError> {
        let current = sessions::lock(tx, &auth.session.id).await?.filter(|session| session.revoked_at.is_none());
        let current = current.ok_or(VerifyPasswordError::SessionEnded)?;
        let channel = if current.kind == TokenKind::Api {
            Channel::Bearer
        } else {
            Channel::Cookie { remember_me: current.persistent.into(), presented: None, device: None }
        };
        Ok(self.insert_and_sign(tx, user, channel, Some(&auth.signed), client).await?)
    }
}
