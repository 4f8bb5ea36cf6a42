//! What asks for the password again, and how it is given.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use super::{AuthSession, Channel, IssuedToken, ServiceError, SessionService};
use crate::client::Client;
use crate::kinds::TokenKind;
use crate::security::password_hash::PasswordCheck;
use crate::store::audit::{self, Event};
use crate::store::entity::user;
use crate::store::{sessions, users};
use latchkey_types::Password;

/// For how many seconds a password that was given counts as given just now: long enough for one errand, short enough
/// for a computer that was left alone.
pub const FRESH_SECONDS: i64 = 600;

/// The password was last given too long ago.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password must be given again")]
pub struct NotFresh;

/// Why a user did not prove that they know their password.
#[derive(Debug, thiserror::Error)]
pub enum VerifyPasswordError {
    /// It is another one.
    #[error("the password is wrong")]
    Mismatch,
    /// The account is gone or deactivated, or its session ended meanwhile.
    #[error("the session is over")]
    SessionEnded,
    /// It could not be found out.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

from_service_errors!(VerifyPasswordError: DbErr);

/// Somebody's own account, whose password they just gave.
#[derive(Debug)]
pub(in crate::service) struct VerifiedPassword {
    /// The account as it was when the password was compared.
    pub(in crate::service) user: user::Model,
    replacement: Option<String>,
}

impl VerifiedPassword {
    /// Holds the account against changes until the transaction ends, if its password still is the one that was given.
    pub(in crate::service) async fn lock(&self, tx: &impl ConnectionTrait) -> Result<user::Model, VerifyPasswordError> {
        let locked = users::lock(tx, self.user.id).await?.ok_or(VerifyPasswordError::SessionEnded)?;
        if locked.password != self.user.password {
            return Err(VerifyPasswordError::Mismatch);
        }
        if locked.is_active { Ok(locked) } else { Err(VerifyPasswordError::SessionEnded) }
    }
}

impl AuthSession {
    /// Whether the password was given within the last ten minutes.
    ///
    /// # Errors
    /// [`NotFresh`].
    pub fn require_fresh(&self, now: i64) -> Result<(), NotFresh> {
        if now - self.session.authenticated_at < FRESH_SECONDS { Ok(()) } else { Err(NotFresh) }
    }
}

impl SessionService {
    /// Whether a user gave the password within the last ten minutes.
    ///
    /// # Errors
    /// [`NotFresh`].
    pub fn require_fresh(&self, auth: &AuthSession) -> Result<(), NotFresh> {
        auth.require_fresh(self.core.clock.now())
    }

    /// Takes the password of somebody who is logged in once more. What it returns is a new session in place of theirs:
    /// a copy of the old token does not become worth more by it (ASVS 7.2.4).
    ///
    /// # Errors
    /// [`VerifyPasswordError`].
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
        self.cache.invalidate(&auth.session.id);
        Ok(issued)
    }

    /// Whether `password` is the user's; the account if it is.
    pub(in crate::service) async fn verify_password(
        &self,
        auth: &AuthSession,
        password: &Password,
        client: &Client,
    ) -> Result<VerifiedPassword, VerifyPasswordError> {
        let user =
            users::by_id(self.core.store.reader(), auth.user.id).await?.ok_or(VerifyPasswordError::SessionEnded)?;
        // Longer than any password, so hashing it would be wasted.
        if !password.is_too_long()
            && let PasswordCheck::Match { replacement } =
                self.core.hasher.verify(password, Some(&user.password)).await.map_err(ServiceError::from)?
        {
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

    /// Whether the user's session was not ended meanwhile. The caller holds the account.
    pub(in crate::service) async fn is_live(
        &self,
        tx: &impl ConnectionTrait,
        auth: &AuthSession,
    ) -> Result<bool, DbErr> {
        Ok(sessions::lock(tx, &auth.session.id).await?.is_some_and(|session| session.revoked_at.is_none()))
    }

    /// Begins the session that takes the place of the user's. The caller invalidates the old one after the commit.
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
            Channel::Cookie { remember_me: current.persistent.into(), presented: None }
        };
        Ok(self.insert_and_sign(tx, user, channel, Some(&auth.signed), client).await?)
    }
}
