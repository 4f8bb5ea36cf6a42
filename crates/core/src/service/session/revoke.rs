//! Revocation of sessions.

use sea_orm::{ActiveEnum, ConnectionTrait, DbErr};

use super::{ServiceError, SessionService};
use crate::client::Client;
use crate::kinds::{RevokedReason, TokenKind};
use crate::store::audit::{self, Event};
use crate::store::sessions;

impl SessionService {
    /// Ends the session of a token, expired or not. An invalid token is ignored.
    ///
    /// # Errors
    /// If the database is unavailable; the session is still live then.
    pub async fn log_out(&self, presented: Option<&str>, client: &Client) -> Result<(), ServiceError> {
        let now = self.core.clock.now();
        let Some(claims) = presented.and_then(|token| self.core.keys.decode(token, TokenKind::Web, now).ok()) else {
            return Ok(());
        };
        let session = claims.session_id();
        self.core
            .store
            .write_tx(async |tx| Ok::<_, ServiceError>(self.revoke(tx, session, RevokedReason::Logout, client).await?))
            .await?;
        self.cache.invalidate(session);
        Ok(())
    }

    /// Revokes a session inside a transaction. The caller invalidates its cache entry after the commit.
    pub(super) async fn revoke(
        &self,
        tx: &impl ConnectionTrait,
        session: &str,
        reason: RevokedReason,
        client: &Client,
    ) -> Result<(), DbErr> {
        let now = self.core.clock.now();
        let Some((_, user)) = sessions::with_user(tx, session).await? else { return Ok(()) };
        if sessions::revoke(tx, session, now, reason).await? {
            let event = Event {
                actor: Some(&user.public_id),
                subject: Some(&user.public_id),
                session: Some(session),
                detail: &reason.to_value(),
            };
            audit::record(tx, audit::Kind::SessionEnded, event, client, now).await?;
        }
        Ok(())
    }
}
