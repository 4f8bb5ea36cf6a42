//! Authentication of requests, and access checks of tokens.

use tracing::Instrument;

use super::session_cache::Row;
use super::{AccessError, AuthSession, Authentication, ServiceError, SessionService};
use crate::client::Client;
use crate::security::jwt::{Claims, SignedClaims, TokenKind};
use crate::service::session::IssuedToken;
use crate::store::audit::{self, Event};
use crate::store::sessions;
use latchkey_types::CurrentUser;

/// A token is rotated this many seconds before it expires, or a tenth of its lifetime if that is less: it must not
/// expire while a page loads.
const RENEW_BEFORE_SECONDS: i64 = 60;
/// Minimum number of seconds between two updates of `last_seen_at`.
const SEEN_GRAIN_SECONDS: i64 = 60;

impl SessionService {
    /// Authenticates the session cookie of a request. Rotates a token that has expired or is about to.
    ///
    /// # Errors
    /// If the database is unavailable. The caller must then neither grant access nor report that the user is logged
    /// out.
    pub async fn authenticate(&self, presented: &str, client: &Client) -> Result<Authentication, ServiceError> {
        let now = self.core.clock.now();
        let Ok(signed) = self.core.keys.decode(presented, TokenKind::Web, now) else {
            return Ok(Authentication::Anonymous);
        };
        let left = signed.access_expires_at() - now;
        if left > 0 {
            let auth = match self.access(signed.clone(), TokenKind::Web, client).await {
                Ok(auth) => auth,
                Err(AccessError::Service(fault)) => return Err(fault),
                Err(_) => return Ok(Authentication::Anonymous),
            };
            if left > RENEW_BEFORE_SECONDS.min(signed.access_seconds() / 10) {
                return Ok(Authentication::Authenticated(auth));
            }
        }
        match self.renew(signed, TokenKind::Web, client).await {
            Ok((auth, issued)) => Ok(Authentication::Renewed(auth, issued)),
            Err(AccessError::Service(fault)) => Err(fault),
            Err(_) => Ok(Authentication::Anonymous),
        }
    }

    /// Whether a token of the session cookie has a valid signature of this server. Says nothing about its session.
    #[must_use]
    pub fn is_own_token(&self, presented: &str) -> bool {
        self.core.keys.decode(presented, TokenKind::Web, self.core.clock.now()).is_ok()
    }

    /// Rotates the token on request, unless this request has already done so. Fails if the session has ended.
    pub async fn refresh_early(
        &self,
        auth: &AuthSession,
        client: &Client,
    ) -> Result<(CurrentUser, Option<IssuedToken>), AccessError> {
        if auth.renewed {
            return Ok((auth.current_user(), None));
        }
        let (auth, issued) = self.renew(auth.signed.clone(), TokenKind::Web, client).await?;
        Ok((auth.current_user(), Some(issued)))
    }

    /// Records that a user lacks the role for a path.
    pub async fn record_missing_role(
        &self,
        role: &str,
        auth: &AuthSession,
        path: &str,
        client: &Client,
    ) -> Result<(), ServiceError> {
        let now = self.core.clock.now();
        let detail = format!("{path} needs {role}");
        let (user, session) = (Some(auth.user.public_id.as_str()), Some(auth.session.id.as_str()));
        let event = Event { actor: user, subject: user, session, detail: &detail };
        self.core
            .store
            .write_tx(async |tx| audit::record(tx, audit::Kind::AuthzFail, event, client, now).await)
            .await
            .map_err(ServiceError::from)
    }

    /// Whether a token that has not expired grants access: session and account are live, and the token is the current
    /// or the previous one of the session.
    ///
    /// # Errors
    /// [`AccessError`]. An unknown `jti` is only refused: reuse is detected when a token is refreshed.
    pub(super) async fn access(
        &self,
        signed: SignedClaims,
        kind: TokenKind,
        client: &Client,
    ) -> Result<AuthSession, AccessError> {
        let now = self.core.clock.now();
        let access = signed.clone().access(now)?;
        let claims = access.claims();
        let recent = self.cache.get(&self.core.store, &claims.sid, &claims.sub).await?;
        let mut row = recent.ok_or(AccessError::Ended)?;
        if !knows(&row, claims) {
            row = self.cache.load(&self.core.store, &claims.sid).await?.ok_or(AccessError::Ended)?;
        }
        check(&row, claims, kind, now)?;
        self.record_use(&row, claims, client, now).await?;
        let (session, user) = row;
        Ok(AuthSession { session, user, signed, renewed: false })
    }

    /// Confirms a token on its first use, and updates `last_seen_at` in a background task.
    async fn record_use(
        &self,
        (session, _): &Row,
        claims: &Claims,
        client: &Client,
        now: i64,
    ) -> Result<(), ServiceError> {
        if claims.jti == session.jti && !session.confirmed {
            let what = format!("confirmed {}", session.jti);
            if self.cache.mark(what.clone()) {
                let confirmed = self.core.store.write_tx(async |tx| {
                    Ok::<_, ServiceError>(sessions::confirm(tx, &session.id, &session.jti).await?)
                });
                if let Err(fault) = confirmed.await {
                    self.cache.unmark(&what);
                    return Err(fault);
                }
            }
        }
        let is_due = now - session.last_seen_at >= SEEN_GRAIN_SECONDS;
        if is_due && self.cache.mark(format!("seen {} {}", session.id, now / SEEN_GRAIN_SECONDS)) {
            let service = self.clone();
            let (session, client) = (session.clone(), client.clone());
            let touch = async move {
                let kind = session.kind;
                let idle = service.idle_expires_at(session.persistent, session.refresh_expires_at, kind, now);
                let touched = service.core.store.write_tx(async |tx| {
                    sessions::touch(tx, &session.id, now, idle, &client.ip(), client.user_agent()).await
                });
                if let Err(error) = touched.await {
                    tracing::warn!(%error, "updating last_seen_at of a session failed");
                }
            };
            self.core.tasks.spawn(touch.in_current_span());
        }
        Ok(())
    }
}

/// Whether the row is recent enough to contain the token.
fn knows((session, _): &Row, claims: &Claims) -> bool {
    session.jti == claims.jti || session.previous_jti.as_ref() == Some(&claims.jti)
}

/// Whether session and account are live and match the token, whichever token of the session it is.
pub(super) fn is_live((session, user): &Row, claims: &Claims, kind: TokenKind, now: i64) -> Result<(), AccessError> {
    let theirs = user.public_id == claims.sub && session.kind == kind && session.refresh_expires_at == claims.rf_exp;
    if !theirs {
        return Err(AccessError::Ended);
    }
    // Checked first, so that deactivated users get that error and not "session ended".
    if !user.is_active {
        return Err(AccessError::Deactivated);
    }
    let over = session.revoked_at.is_some() || session.refresh_expires_at <= now || session.idle_expires_at <= now;
    if over { Err(AccessError::Ended) } else { Ok(()) }
}

fn check(row: &Row, claims: &Claims, kind: TokenKind, now: i64) -> Result<(), AccessError> {
    is_live(row, claims, kind, now)?;
    if knows(row, claims) { Ok(()) } else { Err(AccessError::Ended) }
}
