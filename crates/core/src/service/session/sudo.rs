//! What asks for the password again, and how it is given.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};

use super::{Entry, Fault, SessionService, SignedIn, Visitor};
use crate::client::Client;
use crate::kinds::TokenKind;
use crate::security::password_hash::Verdict;
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

/// Why a visitor did not prove that they know their password.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// It is another one.
    #[error("the password is wrong")]
    Wrong,
    /// The account is gone or deactivated, or its session ended meanwhile.
    #[error("the session is over")]
    Over,
    /// It could not be found out.
    #[error(transparent)]
    Fault(#[from] Fault),
}

from_faults!(ProofError: DbErr);

/// Somebody's own account, whose password they just gave.
#[derive(Debug)]
pub(in crate::service) struct Proof {
    /// The account as it was when the password was compared.
    pub(in crate::service) user: user::Model,
    replacement: Option<String>,
}

impl Proof {
    /// Holds the account against changes until the transaction ends, if its password still is the one that was given.
    pub(in crate::service) async fn hold(&self, tx: &impl ConnectionTrait) -> Result<user::Model, ProofError> {
        let locked = users::lock(tx, self.user.id).await?.ok_or(ProofError::Over)?;
        if locked.password != self.user.password {
            return Err(ProofError::Wrong);
        }
        if locked.is_active { Ok(locked) } else { Err(ProofError::Over) }
    }
}

impl Visitor {
    /// Whether the password was given within the last ten minutes.
    ///
    /// # Errors
    /// [`NotFresh`].
    pub fn require_fresh(&self, now: i64) -> Result<(), NotFresh> {
        if now - self.session.authenticated_at < FRESH_SECONDS { Ok(()) } else { Err(NotFresh) }
    }
}

impl SessionService {
    /// Whether a visitor gave the password within the last ten minutes.
    ///
    /// # Errors
    /// [`NotFresh`].
    pub fn require_fresh(&self, visitor: &Visitor) -> Result<(), NotFresh> {
        visitor.require_fresh(self.core.clock.now())
    }

    /// Takes the password of somebody who is logged in once more. What it returns is a new session in place of theirs:
    /// a copy of the old token does not become worth more by it (ASVS 7.2.4).
    ///
    /// # Errors
    /// [`ProofError`].
    pub async fn reauthenticate(
        &self,
        visitor: &Visitor,
        password: &Password,
        client: &Client,
    ) -> Result<SignedIn, ProofError> {
        let proof = self.prove(visitor, password, client).await?;
        let now = self.core.clock.now();
        let begun = self.core.store.write_tx(async |tx| -> Result<SignedIn, ProofError> {
            let user = proof.hold(tx).await?;
            if let Some(hash) = &proof.replacement {
                users::replace_hash(tx, user.id, &user.password, hash).await?;
            }
            let public_id = Some(user.public_id.as_str());
            let event = Event { actor: public_id, subject: public_id, ..Event::default() };
            audit::record(tx, audit::Kind::ReauthenticationSuccess, event, client, now).await?;
            self.succeed(tx, visitor, &user, client).await
        });
        let signed_in = begun.await?;
        self.presence.bury(&visitor.session.id);
        Ok(signed_in)
    }

    /// Whether `password` is the visitor's; the account if it is.
    pub(in crate::service) async fn prove(
        &self,
        visitor: &Visitor,
        password: &Password,
        client: &Client,
    ) -> Result<Proof, ProofError> {
        let user = users::by_id(self.core.store.reader(), visitor.user.id).await?.ok_or(ProofError::Over)?;
        // Longer than any password, so hashing it would be wasted.
        if !password.is_too_long()
            && let Verdict::Right { replacement } =
                self.core.hasher.verify(password, Some(&user.password)).await.map_err(Fault::from)?
        {
            return Ok(Proof { user, replacement });
        }
        let now = self.core.clock.now();
        let public_id = Some(user.public_id.as_str());
        let event =
            Event { actor: public_id, subject: public_id, session: Some(&visitor.session.id), ..Event::default() };
        let noted = self.core.store.write_tx(async |tx| {
            Ok::<_, Fault>(audit::record(tx, audit::Kind::ReauthenticationFail, event, client, now).await?)
        });
        noted.await?;
        Err(ProofError::Wrong)
    }

    /// Whether the visitor's session was not ended meanwhile. The caller holds the account.
    pub(in crate::service) async fn still_lives(
        &self,
        tx: &impl ConnectionTrait,
        visitor: &Visitor,
    ) -> Result<bool, DbErr> {
        Ok(sessions::lock(tx, &visitor.session.id).await?.is_some_and(|session| session.revoked_at.is_none()))
    }

    /// Begins the session that takes the place of the visitor's. The caller buries the old one after the commit.
    pub(in crate::service) async fn succeed(
        &self,
        tx: &DatabaseTransaction,
        visitor: &Visitor,
        user: &user::Model,
        client: &Client,
    ) -> Result<SignedIn, ProofError> {
        let current = sessions::lock(tx, &visitor.session.id).await?.filter(|session| session.revoked_at.is_none());
        let current = current.ok_or(ProofError::Over)?;
        let entry = if current.kind == TokenKind::Api {
            Entry::Bearer
        } else {
            Entry::Cookie { persistence: current.persistent.into(), presented: None }
        };
        Ok(self.create(tx, user, entry, Some(&visitor.signed), client).await?)
    }
}
