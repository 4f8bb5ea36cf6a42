//! Where an account is logged in, and how its owner ends that.

use sea_orm::{ConnectionTrait, DbErr};

use super::{Fault, NotFresh, SessionService, Visitor};
use crate::client::{self, Client};
use crate::kinds::RevokedReason;
use crate::security::random;
use crate::store::audit::{self, Event};
use crate::store::entity::session;
use crate::store::{sessions, users};
use latchkey_types::SessionSummary;

/// Why no session was ended.
#[derive(Debug, thiserror::Error)]
pub enum EndError {
    /// The password must be given again first (ASVS 7.5.2).
    #[error(transparent)]
    NotFresh(#[from] NotFresh),
    /// The account has no such session, or it is over.
    #[error("there is no such session")]
    Unknown,
    /// It could not be done.
    #[error(transparent)]
    Fault(#[from] Fault),
}

from_faults!(EndError: DbErr);

impl SessionService {
    /// The live sessions of the visitor's account, the last used first.
    ///
    /// # Errors
    /// When the database can't be asked.
    pub async fn list(&self, visitor: &Visitor) -> Result<Vec<SessionSummary>, Fault> {
        let live = sessions::live(self.core.store.reader(), visitor.user.id, self.core.clock.now()).await?;
        Ok(live.into_iter().map(|session| summary(session, &visitor.session.id)).collect())
    }

    /// Ends one session of the visitor's account; elsewhere it is over within a second.
    ///
    /// # Errors
    /// [`EndError`]; the session of somebody else is unknown, like one that never was.
    pub async fn end_one(&self, visitor: &Visitor, session: &str, client: &Client) -> Result<(), EndError> {
        let now = self.core.clock.now();
        visitor.require_fresh(now)?;
        if !random::is_id(session) {
            return Err(EndError::Unknown);
        }
        let ended = self.core.store.write_tx(async |tx| -> Result<(), EndError> {
            let found = sessions::lock(tx, session).await?.filter(|session| {
                session.user_id == visitor.user.id
                    && session.revoked_at.is_none()
                    && session.refresh_expires_at > now
                    && session.idle_expires_at > now
            });
            found.ok_or(EndError::Unknown)?;
            Ok(self.revoke(tx, session, RevokedReason::EndedByOwner, client).await?)
        });
        ended.await?;
        self.presence.bury(session);
        Ok(())
    }

    /// Ends every session of the visitor's account but the one that asks; elsewhere they are over within a second.
    ///
    /// # Errors
    /// [`EndError`].
    pub async fn end_others(&self, visitor: &Visitor, client: &Client) -> Result<u64, EndError> {
        visitor.require_fresh(self.core.clock.now())?;
        let ended = self.core.store.write_tx(async |tx| {
            // Before its sessions, as by whatever else ends several of them.
            users::lock(tx, visitor.user.id).await?;
            Ok::<_, EndError>(self.revoke_others(tx, visitor, RevokedReason::EndedByOwner, client).await?)
        });
        let ended = ended.await?;
        self.forget_cached(&visitor.user.public_id);
        Ok(ended)
    }

    /// Ends the other sessions in a transaction; how many there were. The caller forgets the account after the commit.
    pub(in crate::service) async fn revoke_others(
        &self,
        tx: &impl ConnectionTrait,
        visitor: &Visitor,
        reason: RevokedReason,
        client: &Client,
    ) -> Result<u64, DbErr> {
        let now = self.core.clock.now();
        let ended = sessions::revoke_others(tx, visitor.user.id, &visitor.session.id, now, reason).await?;
        if ended > 0 {
            let public_id = Some(visitor.user.public_id.as_str());
            let detail = format!("{ended} others, {reason}");
            let event = Event { actor: public_id, subject: public_id, session: None, detail: &detail };
            audit::record(tx, audit::Kind::SessionEnded, event, client, now).await?;
        }
        Ok(ended)
    }
}

fn summary(session: session::Model, current: &str) -> SessionSummary {
    SessionSummary {
        is_current: session.id == current,
        id: session.id,
        device: client::device(&session.user_agent),
        address: session.ip,
        created_at: session.created_at,
        last_seen_at: session.last_seen_at,
    }
}
