//! Who came with a request, and whether their token gives access.

use super::presence::Row;
use super::{Arrival, Denial, Fault, SessionService, Visitor};
use crate::client::Client;
use crate::security::jwt::{Claims, SignedClaims, TokenKind};
use crate::service::session::SignedIn;
use crate::store::audit::{self, Event};
use crate::store::sessions;
use latchkey_types::CurrentUser;

/// A token is exchanged so many seconds before its end, or a tenth of its life if that is less: a page that takes a
/// while must not lose its reader half-way.
const RENEW_BEFORE_SECONDS: i64 = 60;
/// `last_seen_at` is written once in so many seconds.
const SEEN_GRAIN_SECONDS: i64 = 60;

impl SessionService {
    /// Who came with a request to the cookie door; exchanges the token if it is expired or about to be.
    ///
    /// # Errors
    /// When it can't be found out: then nobody may be let in, and nobody be told that they are logged out.
    pub async fn arrive(&self, presented: &str, client: &Client) -> Result<Arrival, Fault> {
        let now = self.core.clock.now();
        let Ok(signed) = self.core.keys.read(presented, TokenKind::Web, now) else { return Ok(Arrival::Nobody) };
        let left = signed.access_expires_at() - now;
        if left > 0 {
            let visitor = match self.access(signed.clone(), TokenKind::Web, client).await {
                Ok(visitor) => visitor,
                Err(Denial::Fault(fault)) => return Err(fault),
                Err(_) => return Ok(Arrival::Nobody),
            };
            if left > RENEW_BEFORE_SECONDS.min(signed.access_seconds() / 10) {
                return Ok(Arrival::Here(visitor));
            }
        }
        match self.renew(signed, TokenKind::Web, client).await {
            Ok((visitor, signed_in)) => Ok(Arrival::Renewed(visitor, signed_in)),
            Err(Denial::Fault(fault)) => Err(fault),
            Err(_) => Ok(Arrival::Nobody),
        }
    }

    /// Exchanges the token of somebody who asks for it, unless this request did so already.
    ///
    /// # Errors
    /// When the session ended meanwhile.
    pub async fn refresh_early(
        &self,
        visitor: &Visitor,
        client: &Client,
    ) -> Result<(CurrentUser, Option<SignedIn>), Denial> {
        if visitor.renewed {
            return Ok((visitor.current_user(), None));
        }
        let (visitor, signed_in) = self.renew(visitor.signed.clone(), TokenKind::Web, client).await?;
        Ok((visitor.current_user(), Some(signed_in)))
    }

    /// Records that somebody asked for what their account lacks the role for.
    ///
    /// # Errors
    /// When it can't be recorded.
    pub async fn note_lack_of(&self, role: &str, visitor: &Visitor, path: &str, client: &Client) -> Result<(), Fault> {
        let now = self.core.clock.now();
        let detail = format!("{path} needs {role}");
        let (user, session) = (Some(visitor.user.public_id.as_str()), Some(visitor.session.id.as_str()));
        let event = Event { actor: user, subject: user, session, detail: &detail };
        let noted =
            self.core.store.write_tx(async |tx| audit::record(tx, audit::Kind::AuthzFail, event, client, now).await);
        noted.await.map_err(Fault::from)
    }

    /// Whether a token that has not expired gives access: its session and its account live, and it is the current token
    /// of the session or the one before.
    ///
    /// # Errors
    /// [`Denial`]. An unknown `jti` is refused without more: only a refresh can raise an alarm.
    pub(super) async fn access(
        &self,
        signed: SignedClaims,
        kind: TokenKind,
        client: &Client,
    ) -> Result<Visitor, Denial> {
        let now = self.core.clock.now();
        let access = signed.clone().access(now)?;
        let claims = access.claims();
        let recent = self.presence.recent(&self.core.store, &claims.sid, &claims.sub).await?;
        let mut row = recent.ok_or(Denial::Ended)?;
        if !knows(&row, claims) {
            row = self.presence.now(&self.core.store, &claims.sid).await?.ok_or(Denial::Ended)?;
        }
        judge(&row, claims, kind, now)?;
        self.note_use(&row, claims, client, now).await?;
        let (session, user) = row;
        Ok(Visitor { session, user, signed, renewed: false })
    }

    /// Confirms a token at its first use, and notes the time of use behind the answer's back.
    async fn note_use(&self, (session, _): &Row, claims: &Claims, client: &Client, now: i64) -> Result<(), Fault> {
        if claims.jti == session.jti && !session.confirmed {
            let what = format!("confirmed {}", session.jti);
            if self.presence.note(what.clone()) {
                let confirmed = self
                    .core
                    .store
                    .write_tx(async |tx| Ok::<_, Fault>(sessions::confirm(tx, &session.id, &session.jti).await?));
                if let Err(fault) = confirmed.await {
                    self.presence.unnote(&what);
                    return Err(fault);
                }
            }
        }
        let is_due = now - session.last_seen_at >= SEEN_GRAIN_SECONDS;
        if is_due && self.presence.note(format!("seen {} {}", session.id, now / SEEN_GRAIN_SECONDS)) {
            let service = self.clone();
            let (session, client) = (session.clone(), client.clone());
            self.core.tasks.spawn(async move {
                let kind = session.kind;
                let idle = service.idle_expires_at(session.persistent, session.refresh_expires_at, kind, now);
                let touched = service.core.store.write_tx(async |tx| {
                    sessions::touch(tx, &session.id, now, idle, &client.ip(), client.user_agent()).await
                });
                if let Err(error) = touched.await {
                    tracing::warn!(%error, "the use of a session was not noted");
                }
            });
        }
        Ok(())
    }
}

/// Whether the row is new enough to know the token.
fn knows((session, _): &Row, claims: &Claims) -> bool {
    session.jti == claims.jti || session.previous_jti.as_ref() == Some(&claims.jti)
}

/// Whether session and account live and belong to the token, whichever of the session's tokens it is.
pub(super) fn is_live((session, user): &Row, claims: &Claims, kind: TokenKind, now: i64) -> Result<(), Denial> {
    let theirs = user.public_id == claims.sub && session.kind == kind && session.refresh_expires_at == claims.rf_exp;
    if !theirs {
        return Err(Denial::Ended);
    }
    // Asked first: whoever holds a token of a deactivated account is told so, though its sessions were ended with it.
    if !user.is_active {
        return Err(Denial::Deactivated);
    }
    let over = session.revoked_at.is_some() || session.refresh_expires_at <= now || session.idle_expires_at <= now;
    if over { Err(Denial::Ended) } else { Ok(()) }
}

fn judge(row: &Row, claims: &Claims, kind: TokenKind, now: i64) -> Result<(), Denial> {
    is_live(row, claims, kind, now)?;
    if knows(row, claims) { Ok(()) } else { Err(Denial::Ended) }
}
