//! The exchange of a token for its successor, and what an old token means.

use super::presence::Row;
use super::{Denial, SessionService, SignedIn, Visitor, access, notices};
use crate::client::Client;
use crate::kinds::RevokedReason;
use crate::security::jwt::{Claims, RefreshableClaims, SignedClaims, TokenKind};
use crate::security::random;
use crate::store::audit::{self, Event};
use crate::store::{sessions, users};

/// For how many seconds an exchanged token is answered with the same successor, whoever asks: long enough for parallel
/// tabs and slow answers, short enough for a thief.
pub const ROTATION_GRACE_SECONDS: i64 = 30;

/// What a token means to a session that lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Meaning {
    /// It is the current one: exchange it.
    Current,
    /// It was exchanged, and its holder may not have got the answer: give the same successor.
    Exchanged {
        /// The successor was never used and has itself expired.
        is_stale: bool,
    },
    /// The database is behind the token: a restored backup, a lost fail-over.
    Ahead,
    /// Two parties hold it.
    Reused,
}

impl SessionService {
    /// Exchanges a signed token, expired or not, if it is of `kind` and its session lives.
    ///
    /// # Errors
    /// [`Denial`]. A reused token has ended the session by then.
    pub(super) async fn renew(
        &self,
        signed: SignedClaims,
        kind: TokenKind,
        client: &Client,
    ) -> Result<(Visitor, SignedIn), Denial> {
        let claims = signed.refreshable(self.core.clock.now())?;
        self.rotate(&claims, kind, client).await
    }

    async fn rotate(
        &self,
        refreshable: &RefreshableClaims,
        kind: TokenKind,
        client: &Client,
    ) -> Result<(Visitor, SignedIn), Denial> {
        let claims = refreshable.claims();
        let rotated = self.core.store.write_tx(async |tx| -> Result<Result<Row, Denial>, Denial> {
            let now = self.core.clock.now();
            // Held until the end, so that what is decided here is still so when it is written.
            let Some(mut session) = sessions::lock(tx, &claims.sid).await? else { return Err(Denial::Ended) };
            let Some(user) = users::by_id(tx, session.user_id).await? else { return Err(Denial::Ended) };
            access::is_live(&(session.clone(), user.clone()), claims, kind, now)?;
            let event = Event {
                actor: Some(&user.public_id),
                subject: Some(&user.public_id),
                session: Some(&claims.sid),
                detail: "",
            };
            match meaning(&session, claims, now, self.core.lifespans.access, client) {
                Meaning::Current => {
                    let rotation = sessions::Rotation {
                        presented: &claims.jti,
                        successor: &random::id().map_err(super::Fault::from)?,
                        now,
                        idle_expires_at: self
                            .idle_expires_at(session.persistent, session.refresh_expires_at, kind, now),
                        device: &client.device(),
                        network: &client.network(),
                        ip: &client.ip(),
                        user_agent: client.user_agent(),
                    };
                    if !sessions::rotate(tx, &claims.sid, &rotation).await? {
                        return Err(Denial::Ended);
                    }
                    audit::record(tx, audit::Kind::SessionRenewed, event, client, now).await?;
                }
                Meaning::Exchanged { is_stale } => {
                    if is_stale {
                        sessions::reissue(tx, &claims.sid, now).await?;
                    }
                    let is_same =
                        client.device() == session.rotated_device && client.network() == session.rotated_network;
                    let detail = if is_same { "same device and network" } else { "another device or network" };
                    audit::record(tx, audit::Kind::SessionRenewedAgain, Event { detail, ..event }, client, now).await?;
                }
                Meaning::Ahead => return Err(Denial::Ended),
                Meaning::Reused => {
                    sessions::revoke(tx, &claims.sid, now, RevokedReason::Reuse).await?;
                    audit::record(tx, audit::Kind::TokenReuse, event, client, now).await?;
                    notices::token_reuse(tx, &user, &session, now).await?;
                    // Committed: an error would take the revocation back.
                    return Ok(Err(Denial::Ended));
                }
            }
            session = sessions::lock(tx, &claims.sid).await?.ok_or(Denial::Ended)?;
            Ok(Ok((session, user)))
        });
        match rotated.await? {
            Ok((session, user)) => {
                let (token, signed_in, _) = self.sign(&session, &user, kind).map_err(super::Fault::from)?;
                let signed = self.core.keys.read(token.expose(), kind, self.core.clock.now())?;
                Ok((Visitor { session, user, signed, renewed: true }, signed_in))
            }
            Err(denial) => {
                self.presence.bury(&claims.sid);
                Err(denial)
            }
        }
    }
}

fn meaning(
    session: &crate::store::entity::session::Model,
    claims: &Claims,
    now: i64,
    access: i64,
    client: &Client,
) -> Meaning {
    if claims.jti == session.jti {
        return Meaning::Current;
    }
    if session.previous_jti.as_ref() == Some(&claims.jti) {
        let in_grace = now < session.rotated_at.max(claims.exp) + ROTATION_GRACE_SECONDS;
        let same_device = session.rotated_device == client.device();
        if in_grace || (!session.confirmed && same_device) {
            return Meaning::Exchanged { is_stale: !session.confirmed && session.issued_at + access <= now };
        }
        return Meaning::Reused;
    }
    if i64::from(claims.generation) > session.generation { Meaning::Ahead } else { Meaning::Reused }
}
