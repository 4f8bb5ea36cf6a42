//! Token rotation, with grace period and reuse detection.

use super::session_cache::Row;
use super::{AccessError, AuthSession, IssuedToken, SessionService, access, notices};
use crate::client::Client;
use crate::kinds::RevokedReason;
use crate::security::jwt::{Claims, RefreshableClaims, SignedClaims, TokenKind};
use crate::security::random;
use crate::store::audit::{self, Event};
use crate::store::{sessions, users};

/// Grace period in which a rotated token is answered with its successor, whoever asks: covers parallel tabs and lost
/// responses, too short to be useful to a thief.
pub const ROTATION_GRACE_SECONDS: i64 = 30;

/// The state of a presented token whose session is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenState {
    /// The current token: rotate it.
    Current,
    /// The previous token. Its client may not have received the response: answer with the same successor.
    Exchanged {
        /// The successor was never used and has itself expired.
        is_stale: bool,
    },
    /// The database is older than the token: a restored backup, or a failover that lost writes.
    AheadOfDatabase,
    /// Two parties have a copy: revoke the session.
    Reused,
}

impl SessionService {
    /// Rotates a signed token of `kind`, expired or not, if its session is live. Reusing a rotated token revokes the
    /// session.
    pub(super) async fn renew(
        &self,
        signed: SignedClaims,
        kind: TokenKind,
        client: &Client,
    ) -> Result<(AuthSession, IssuedToken), AccessError> {
        let claims = signed.refreshable(self.core.clock.now())?;
        self.rotate(&claims, kind, client).await
    }

    async fn rotate(
        &self,
        refreshable: &RefreshableClaims,
        kind: TokenKind,
        client: &Client,
    ) -> Result<(AuthSession, IssuedToken), AccessError> {
        let claims = refreshable.claims();
        match self
            .core
            .store
            .write_tx(async |tx| -> Result<Result<Row, AccessError>, AccessError> {
                let now = self.core.clock.now();
                // Locked until the transaction ends, so that the decision still holds when it is written.
                let Some(mut session) = sessions::lock(tx, &claims.sid).await? else { return Err(AccessError::Ended) };
                let Some(user) = users::by_id(tx, session.user_id).await? else { return Err(AccessError::Ended) };
                access::is_live(&(session.clone(), user.clone()), claims, kind, now)?;
                let event = Event {
                    actor: Some(&user.public_id),
                    subject: Some(&user.public_id),
                    session: Some(&claims.sid),
                    detail: "",
                };
                match classify(&session, claims, now, self.core.lifespans.access, client) {
                    TokenState::Current => {
                        let rotation = sessions::Rotation {
                            presented: &claims.jti,
                            successor: &random::id().map_err(super::ServiceError::from)?,
                            now,
                            idle_expires_at: self
                                .idle_expires_at(session.persistent, session.refresh_expires_at, kind, now),
                            device: &client.device(),
                            network: &client.network(),
                            ip: &client.ip(),
                            user_agent: client.user_agent(),
                        };
                        if !sessions::rotate(tx, &claims.sid, &rotation).await? {
                            return Err(AccessError::Ended);
                        }
                        audit::record(tx, audit::Kind::SessionRenewed, event, client, now).await?;
                        if is_elsewhere(&session, client) {
                            audit::record(tx, audit::Kind::SessionMoved, event, client, now).await?;
                            notices::session_moved(tx, &user, &session, now).await?;
                        }
                    }
                    TokenState::Exchanged { is_stale } => {
                        if is_stale {
                            sessions::reissue(tx, &claims.sid, now).await?;
                        }
                        let is_same =
                            client.device() == session.rotated_device && client.network() == session.rotated_network;
                        let detail = if is_same { "same device and network" } else { "another device or network" };
                        audit::record(tx, audit::Kind::SessionRenewedAgain, Event { detail, ..event }, client, now)
                            .await?;
                        // A thief who always comes second is given the same token.
                        if is_elsewhere(&session, client) && notices::session_moved(tx, &user, &session, now).await? {
                            audit::record(tx, audit::Kind::SessionMoved, event, client, now).await?;
                        }
                    }
                    TokenState::AheadOfDatabase => return Err(AccessError::Ended),
                    TokenState::Reused => {
                        sessions::revoke(tx, &claims.sid, now, RevokedReason::Reuse).await?;
                        audit::record(tx, audit::Kind::TokenReuse, event, client, now).await?;
                        notices::token_reuse(tx, &user, &session, now).await?;
                        // Must be committed: an `Err` would roll back the revocation.
                        return Ok(Err(AccessError::Ended));
                    }
                }
                session = sessions::lock(tx, &claims.sid).await?.ok_or(AccessError::Ended)?;
                Ok(Ok((session, user)))
            })
            .await?
        {
            Ok((session, user)) => {
                let (token, issued, _) = self.sign(&session, &user, kind).map_err(super::ServiceError::from)?;
                let signed = self.core.keys.decode(token.expose(), kind, self.core.clock.now())?;
                Ok((AuthSession { session, user, signed, renewed: true }, issued))
            }
            Err(error) => {
                self.cache.invalidate(&claims.sid);
                Err(error)
            }
        }
    }
}

/// Whether both the device and the network are others than those of the current token. A thief who renews a copied token
/// before its owner does causes no reuse until the owner comes back. One of the two changes in ordinary use: a laptop
/// changes its network, and a browser can change its name.
fn is_elsewhere(session: &crate::store::entity::session::Model, client: &Client) -> bool {
    session.rotated_device != client.device() && session.rotated_network != client.network()
}

fn classify(
    session: &crate::store::entity::session::Model,
    claims: &Claims,
    now: i64,
    access: i64,
    client: &Client,
) -> TokenState {
    if claims.jti == session.jti {
        return TokenState::Current;
    }
    if session.previous_jti.as_ref() == Some(&claims.jti) {
        let in_grace = now < session.rotated_at.max(claims.exp) + ROTATION_GRACE_SECONDS;
        let same_device = session.rotated_device == client.device();
        if in_grace || (!session.confirmed && same_device) {
            return TokenState::Exchanged { is_stale: !session.confirmed && session.issued_at + access <= now };
        }
        return TokenState::Reused;
    }
    if i64::from(claims.generation) > session.generation { TokenState::AheadOfDatabase } else { TokenState::Reused }
}
