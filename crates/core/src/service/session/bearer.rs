//! Sessions of API clients, which send a Bearer token.
//!
//! Access and rotation follow the same rules as for the cookie. The differences: a client refreshes its token itself,
//! and it is told exactly why a signed token is refused.

use super::{AccessError, AuthSession, IssuedToken, ServiceError, SessionService, access};
use crate::client::Client;
use crate::kinds::RevokedReason;
use crate::security::jwt::{RefreshableClaims, SignedClaims, TokenError, TokenKind};
use crate::store::audit::{self, Event};
use crate::store::{sessions, users};

/// A token can be refreshed from this many seconds before it expires.
const REFRESH_BEFORE_SECONDS: i64 = 60;

/// Why a Bearer token is refused.
#[derive(Debug, thiserror::Error)]
pub enum BearerError {
    /// The token is invalid or has expired.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The token grants access for more than another minute.
    #[error("it is too early to refresh the token")]
    Early,
    /// The session has expired, was revoked or is unknown.
    #[error("the session has ended")]
    Ended,
    /// The account is deactivated.
    #[error("the account is deactivated")]
    Deactivated,
    /// The account no longer exists.
    #[error("the account no longer exists")]
    Missing,
    /// A dependency is unavailable, or an internal error occurred.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

from_service_errors!(BearerError: DbErr);

impl From<AccessError> for BearerError {
    fn from(error: AccessError) -> Self {
        match error {
            AccessError::Token(error) => Self::Token(error),
            AccessError::Ended => Self::Ended,
            AccessError::Deactivated => Self::Deactivated,
            AccessError::Service(fault) => Self::Service(fault),
        }
    }
}

impl SessionService {
    /// Authenticates a Bearer token. Errors of the token take precedence over errors of its session.
    pub async fn bearer(&self, token: &str, client: &Client) -> Result<AuthSession, BearerError> {
        let signed = self.decode_bearer(token)?;
        match self.access(signed.clone(), TokenKind::Api, client).await {
            Ok(auth) => Ok(auth),
            Err(error) => Err(self.explain(error.into(), &signed).await),
        }
    }

    /// Refreshes a token that has expired or is about to. Reusing a rotated token revokes its session.
    pub async fn refresh_bearer(&self, token: &str, client: &Client) -> Result<IssuedToken, BearerError> {
        let signed = self.decode_bearer(token)?;
        if signed.access_expires_at() - self.core.clock.now() > REFRESH_BEFORE_SECONDS {
            return Err(BearerError::Early);
        }
        match self.renew(signed.clone(), TokenKind::Api, client).await {
            Ok((_, issued)) => Ok(issued),
            Err(error) => Err(self.explain(error.into(), &signed).await),
        }
    }

    /// Ends the session of a token that may have expired but can still be refreshed.
    ///
    /// # Errors
    /// [`BearerError::Ended`] if the session had already ended.
    pub async fn log_out_bearer(&self, token: &str, client: &Client) -> Result<(), BearerError> {
        let signed = self.decode_bearer(token)?;
        let refreshable = signed.clone().refreshable(self.core.clock.now())?;
        match self.revoke_bearer(&refreshable, client).await {
            Ok(()) => {
                self.cache.invalidate(signed.session_id());
                Ok(())
            }
            Err(error) => Err(self.explain(error, &signed).await),
        }
    }

    fn decode_bearer(&self, token: &str) -> Result<SignedClaims, TokenError> {
        self.core.keys.decode(token, TokenKind::Api, self.core.clock.now())
    }

    async fn revoke_bearer(&self, refreshable: &RefreshableClaims, client: &Client) -> Result<(), BearerError> {
        let claims = refreshable.claims();
        let now = self.core.clock.now();
        self.core
            .store
            .write_tx(async |tx| -> Result<(), BearerError> {
                let row = sessions::with_user(tx, &claims.sid).await?.ok_or(BearerError::Ended)?;
                access::is_live(&row, claims, TokenKind::Api, now)?;
                // Another request may have ended it since the row was read.
                if !sessions::revoke(tx, &claims.sid, now, RevokedReason::Logout).await? {
                    return Err(BearerError::Ended);
                }
                let event = Event {
                    actor: Some(&claims.sub),
                    subject: Some(&claims.sub),
                    session: Some(&claims.sid),
                    detail: "logout",
                };
                Ok(audit::record(tx, audit::Kind::SessionEnded, event, client, now).await?)
            })
            .await
    }

    /// Tells a deleted account from an ended session. Sessions are deleted with their account, so the account is only
    /// looked up for this error.
    async fn explain(&self, error: BearerError, signed: &SignedClaims) -> BearerError {
        if !matches!(error, BearerError::Ended) {
            return error;
        }
        match users::by_public_id(self.core.store.reader(), signed.subject()).await {
            Ok(Some(_)) => error,
            Ok(None) => BearerError::Missing,
            Err(fault) => fault.into(),
        }
    }
}
