//! Active sessions of a user, and how the user ends them.

use sea_orm::{ConnectionTrait, DbErr};

use super::{AuthSession, NotFresh, ServiceError, SessionService};
use crate::client::{self, Client};
use crate::kinds::RevokedReason;
use crate::security::random;
use crate::store::audit::{self, Event};
use crate::store::entity::session;
use crate::store::{sessions, users};
use latchkey_types::SessionSummary;

/// Why a session was not ended.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// The password must be entered again (ASVS 7.5.2).
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// The account has no such session, or it has ended.
    #[error("there is no such session")]
    Unknown,
    /// A dependency is unavailable, or an internal error occurred.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

from_service_errors!(RevokeError: DbErr);

impl SessionService {
    /// The live sessions of the user's account, most recently used first.
    pub async fn list(&self, auth: &AuthSession) -> Result<Vec<SessionSummary>, ServiceError> {
        self.list_of(auth.user.id, Some(&auth.session.id)).await
    }

    /// The live sessions of an account, most recently used first. `current` is the session that asks.
    pub(in crate::service) async fn list_of(
        &self,
        user: i64,
        current: Option<&str>,
    ) -> Result<Vec<SessionSummary>, ServiceError> {
        let live = sessions::live(self.core.store.reader(), user, self.core.clock.now()).await?;
        Ok(live.into_iter().map(|session| summary(session, current)).collect())
    }

    /// Ends one session of the user's account; other nodes notice within a second.
    ///
    /// # Errors
    /// [`RevokeError::Unknown`] also for a session of another account.
    pub async fn revoke_one(&self, auth: &AuthSession, session: &str, client: &Client) -> Result<(), RevokeError> {
        let now = self.core.clock.now();
        auth.require_fresh(now)?;
        if !random::is_id(session) {
            return Err(RevokeError::Unknown);
        }
        self.core
            .store
            .write_tx(async |tx| -> Result<(), RevokeError> {
                let found = sessions::lock(tx, session).await?.filter(|session| {
                    session.user_id == auth.user.id
                        && session.revoked_at.is_none()
                        && session.refresh_expires_at > now
                        && session.idle_expires_at > now
                });
                found.ok_or(RevokeError::Unknown)?;
                Ok(self.revoke(tx, session, RevokedReason::EndedByOwner, client).await?)
            })
            .await?;
        self.cache.invalidate(session);
        Ok(())
    }

    /// Ends all other sessions of the user's account and returns their number; other nodes notice within a second.
    pub async fn revoke_others(&self, auth: &AuthSession, client: &Client) -> Result<u64, RevokeError> {
        auth.require_fresh(self.core.clock.now())?;
        let ended = self
            .core
            .store
            .write_tx(async |tx| {
                // Lock order: the account before its sessions, as everywhere else where several sessions end.
                users::lock(tx, auth.user.id).await?;
                Ok::<_, RevokeError>(self.revoke_others_in(tx, auth, RevokedReason::EndedByOwner, client).await?)
            })
            .await?;
        self.invalidate_user(&auth.user.public_id);
        Ok(ended)
    }

    /// Ends the other sessions inside a transaction and returns their number. The caller invalidates the cache for the
    /// user after the commit.
    pub(in crate::service) async fn revoke_others_in(
        &self,
        tx: &impl ConnectionTrait,
        auth: &AuthSession,
        reason: RevokedReason,
        client: &Client,
    ) -> Result<u64, DbErr> {
        let now = self.core.clock.now();
        let ended = sessions::revoke_others(tx, auth.user.id, &auth.session.id, now, reason).await?;
        if ended > 0 {
            let public_id = Some(auth.user.public_id.as_str());
            let detail = format!("{ended} others, {reason}");
            let event = Event { actor: public_id, subject: public_id, session: None, detail: &detail };
            audit::record(tx, audit::Kind::SessionEnded, event, client, now).await?;
        }
        Ok(ended)
    }
}

fn summary(session: session::Model, current: Option<&str>) -> SessionSummary {
    SessionSummary {
        is_current: Some(session.id.as_str()) == current,
        id: session.id,
        device: client::device_name(&session.user_agent),
        address: session.ip,
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
    }
}
