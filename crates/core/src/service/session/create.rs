//! Creation of sessions. This is the only place where a session begins.

use sea_orm::{ActiveEnum, DatabaseTransaction};

use super::{Channel, IssuedToken, RememberMe, ServiceError, SessionService, notices};
use crate::client::Client;
use crate::extension::AccountEvent;
use crate::kinds::{RevokedReason, TokenKind};
use crate::security::jwt::SignedClaims;
use crate::security::random;
use crate::store::audit::{self, Event};
use crate::store::entity::{session, user};
use crate::store::sessions;

/// Maximum number of live sessions per account. The least recently used one is ended to make room.
pub const SESSIONS_MAX: u64 = 50;
/// Maximum idle time of a session that does not outlive the browser, in seconds.
const IDLE_UNTIL_CLOSED: i64 = 12 * 3_600;

impl SessionService {
    /// Creates a session for a user who has just authenticated, and ends the previous one of the browser (ASVS 7.2.4).
    pub(in crate::service) async fn create(
        &self,
        tx: &DatabaseTransaction,
        user: &user::Model,
        channel: Channel<'_>,
        superseded: Option<&SignedClaims>,
        client: &Client,
    ) -> Result<IssuedToken, ServiceError> {
        self.core.fire(tx, AccountEvent::LoggedIn, user).await?;
        self.insert_and_sign(tx, user, channel, superseded, client).await
    }

    /// Inserts a session and signs its token.
    pub(super) async fn insert_and_sign(
        &self,
        tx: &DatabaseTransaction,
        user: &user::Model,
        channel: Channel<'_>,
        superseded: Option<&SignedClaims>,
        client: &Client,
    ) -> Result<IssuedToken, ServiceError> {
        let now = self.core.clock.now();
        let kind = channel.kind();
        if let Some(old) = superseded {
            self.revoke(tx, old.session_id(), RevokedReason::Superseded, client).await?;
        }
        for surplus in sessions::surplus(tx, user.id, now, SESSIONS_MAX - 1).await? {
            self.revoke(tx, &surplus, RevokedReason::TooManySessions, client).await?;
        }
        let persistent = channel.remember_me() == RememberMe::Yes;
        let refresh_expires_at = now + self.core.lifespans.refresh;
        let session = session::Model {
            id: random::id()?,
            user_id: user.id,
            kind,
            persistent,
            generation: 0,
            jti: random::id()?,
            previous_jti: None,
            issued_at: now,
            rotated_at: now,
            rotated_device: client.device(),
            rotated_network: client.network(),
            confirmed: true,
            created_at: now,
            authenticated_at: now,
            refresh_expires_at,
            idle_expires_at: self.idle_expires_at(persistent, refresh_expires_at, kind, now),
            last_seen_at: now,
            ip: client.ip(),
            user_agent: client.user_agent().to_owned(),
            revoked_at: None,
            revoked_reason: None,
        };
        notices::new_device(tx, user, &session, client, now).await?;
        let session = sessions::insert(tx, session).await?;
        let event = Event {
            actor: Some(&user.public_id),
            subject: Some(&user.public_id),
            session: Some(&session.id),
            detail: &kind.to_value(),
        };
        audit::record(tx, audit::Kind::SessionCreated, event, client, now).await?;
        Ok(self.sign(&session, user, kind)?.1)
    }

    /// Claims of the session cookie that came with a login. Its session is ended.
    pub(in crate::service) fn superseded(&self, channel: Channel<'_>) -> Option<SignedClaims> {
        self.core.keys.decode(channel.presented()?, TokenKind::Web, self.core.clock.now()).ok()
    }

    /// Invalidates the cache entry of the session that [`Self::create`] ended. Must be called right after the commit.
    pub(in crate::service) fn invalidate_superseded(&self, superseded: Option<&SignedClaims>) {
        if let Some(old) = superseded {
            self.cache.invalidate(old.session_id());
        }
    }

    /// When a session that is used now expires if it is not used again.
    pub(super) fn idle_expires_at(&self, persistent: bool, refresh_expires_at: i64, kind: TokenKind, now: i64) -> i64 {
        let idle = self.core.lifespans.idle;
        let idle = if persistent || kind == TokenKind::Api { idle } else { idle.min(IDLE_UNTIL_CLOSED) };
        (now + idle).min(refresh_expires_at)
    }
}
