//! How a session ends before its time.

use sea_orm::{ActiveEnum, ConnectionTrait, DbErr};

use super::{ServiceError, SessionService};
use crate::client::Client;
use crate::kinds::{RevokedReason, TokenKind};
use crate::store::audit::{self, Event};
use crate::store::sessions;

impl SessionService {
    /// Ends the session of the token that came along, expired or not. A token that names no session is ignored.
    ///
    /// # Errors
    /// When the database can't be asked: then the session lives on.
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

    /// Ends a session in a transaction. The caller buries it after the commit.
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
