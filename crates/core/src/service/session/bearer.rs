//! Sessions of clients of the API, which show their token as Bearer.
//!
//! The rules of access and exchange are those of the cookie. What differs: a client exchanges its token itself, and is
//! told exactly why a token that we signed opens nothing.

use super::{AccessError, AuthSession, IssuedToken, ServiceError, SessionService, access};
use crate::client::Client;
use crate::kinds::RevokedReason;
use crate::security::jwt::{RefreshableClaims, SignedClaims, TokenError, TokenKind};
use crate::store::audit::{self, Event};
use crate::store::{sessions, users};

/// A token can be exchanged from so many seconds before its end.
const REFRESH_BEFORE_SECONDS: i64 = 60;

/// Why a Bearer token opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum BearerError {
    /// The token itself.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// It gives access for more than a minute yet.
    #[error("too early for an exchange")]
    Early,
    /// The session ended, was revoked, or is not known any more.
    #[error("the session is over")]
    Ended,
    /// The account is deactivated.
    #[error("the account is deactivated")]
    Deactivated,
    /// The account is gone.
    #[error("the account is gone")]
    Missing,
    /// It could not be found out.
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
    /// Whose token it is, if it gives access.
    ///
    /// # Errors
    /// [`BearerError`]: what is wrong with the token comes before what is wrong with its session.
    pub async fn bearer(&self, token: &str, client: &Client) -> Result<AuthSession, BearerError> {
        let signed = self.decode_bearer(token)?;
        match self.access(signed.clone(), TokenKind::Api, client).await {
            Ok(auth) => Ok(auth),
            Err(error) => Err(self.explain(error.into(), &signed).await),
        }
    }

    /// Exchanges a token that is expired or about to be.
    ///
    /// # Errors
    /// [`BearerError`]. A reused token has ended the session by then.
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

    /// Ends the session of a token, expired or not, as long as it could be exchanged.
    ///
    /// # Errors
    /// [`BearerError`]; [`BearerError::Ended`] if it had ended before.
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

    /// The rows of sessions go with their account: which of the two is gone is looked up only where it is to be told.
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
