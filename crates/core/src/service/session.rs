//! Sessions: creation, authentication, token rotation and revocation.
//!
//! A session is a row of `sessions`, and its token names the row. `create` is the only place where sessions begin.
//! `access` authenticates requests, `bearer` those of API clients, `rotation` exchanges tokens and detects reuse,
//! `revoke` and `list` end sessions, `sudo` asks for the password again. `session_cache` keeps rows for a second.

use std::sync::Arc;

use super::{Core, ServiceError};
use crate::security::device_token::DeviceToken;
use crate::security::jwt::{Claims, NewClaims, SignedClaims, Token, TokenError, TokenKind};
use crate::store::entity::{session, user};
use latchkey_types::{CurrentUser, Roles};

mod access;
mod bearer;
mod challenge;
mod create;
mod list;
mod log_in;
mod notices;
mod revoke;
mod rotation;
mod second_factor;
mod session_cache;
mod sudo;

pub use bearer::BearerError;
pub use challenge::Challenge;
pub use create::SESSIONS_MAX;
pub use list::RevokeError;
pub use log_in::LoginError;
pub use rotation::ROTATION_GRACE_SECONDS;
pub(in crate::service) use second_factor::TOTP_PURPOSE;
pub use second_factor::{CHALLENGE_SECONDS, Login, TRUST_SECONDS, Trust, VerifiedLogin, VerifyLoginError};
pub use sudo::{FRESH_SECONDS, NotFresh, VerifyPasswordError};

/// Use cases of sessions.
#[derive(Clone, Debug)]
pub struct SessionService {
    core: Arc<Core>,
    cache: session_cache::SessionCache,
}

/// Whether a session outlives the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RememberMe {
    /// "Keep me signed in" was chosen.
    Yes,
    /// The session ends with the browser, or after 12 hours without use.
    No,
}

impl From<bool> for RememberMe {
    fn from(keep: bool) -> Self {
        if keep { Self::Yes } else { Self::No }
    }
}

impl From<RememberMe> for bool {
    fn from(remember_me: RememberMe) -> Self {
        remember_me == RememberMe::Yes
    }
}

/// How a client sends its token. Not `Debug`, because it may contain a token.
#[derive(Clone, Copy)]
pub enum Channel<'a> {
    /// A browser, with a session cookie.
    Cookie {
        /// Whether the new session outlives the browser.
        remember_me: RememberMe,
        /// The token in the cookie of the request, valid or not: its session is superseded.
        presented: Option<&'a str>,
        /// The device token in the cookie of the request, valid or not.
        device: Option<&'a str>,
    },
    /// An API client, with a Bearer token. It has no cookie, so no session is superseded.
    Bearer,
}

impl<'a> Channel<'a> {
    /// The kind of the tokens that are issued.
    fn kind(self) -> TokenKind {
        match self {
            Self::Cookie { .. } => TokenKind::Web,
            Self::Bearer => TokenKind::Api,
        }
    }

    /// API clients store their token themselves, for as long as they like.
    fn remember_me(self) -> RememberMe {
        match self {
            Self::Cookie { remember_me, .. } => remember_me,
            Self::Bearer => RememberMe::Yes,
        }
    }

    fn device(self) -> Option<&'a str> {
        match self {
            Self::Cookie { device, .. } => device,
            Self::Bearer => None,
        }
    }

    /// The same channel, for a session that outlives the browser or not, as was chosen at the first step of the login.
    fn remembering(self, keep: RememberMe) -> Self {
        match self {
            Self::Cookie { presented, device, .. } => Self::Cookie { remember_me: keep, presented, device },
            Self::Bearer => Self::Bearer,
        }
    }

    fn presented(self) -> Option<&'a str> {
        match self {
            Self::Cookie { presented, .. } => presented,
            Self::Bearer => None,
        }
    }
}

/// A newly issued token.
#[derive(Clone, Debug)]
pub struct IssuedToken {
    /// The token, for the cookie or the response body.
    pub token: Token,
    /// Whether the cookie outlives the browser.
    pub remember_me: RememberMe,
    /// For how many seconds the token can be refreshed.
    pub refresh_seconds: i64,
    /// The user of the token.
    pub user: CurrentUser,
}

/// The authenticated session of a request, with its user.
#[derive(Clone, Debug)]
pub struct AuthSession {
    session: session::Model,
    user: user::Model,
    signed: SignedClaims,
    /// Whether this request has already rotated the token.
    renewed: bool,
}

impl AuthSession {
    /// The user's own data, for pages and responses.
    #[must_use]
    pub fn current_user(&self) -> CurrentUser {
        current_user(&self.user, self.signed.access_expires_at(), &self.session)
    }

    /// `users.public_id`.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user.public_id
    }

    /// The email address of the account, if it has one.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.user.email.as_deref()
    }

    /// `sessions.id`.
    #[must_use]
    pub fn session_id(&self) -> &str {
        &self.session.id
    }

    /// When the session was created: Unix time in seconds.
    #[must_use]
    pub fn session_created_at(&self) -> i64 {
        self.session.created_at
    }

    /// `users.id`, for foreign keys and queries; never shown. Outside an account is its [`Self::user_id`].
    #[must_use]
    pub fn account_id(&self) -> i64 {
        self.user.id
    }

    /// The current roles from the database, not those in the token.
    #[must_use]
    pub fn roles(&self) -> Roles {
        roles(&self.user)
    }

    /// The account, at most a second old.
    pub(in crate::service) fn user(&self) -> &user::Model {
        &self.user
    }
}

/// The result of authenticating a request.
#[derive(Clone, Debug)]
pub enum Authentication {
    /// No live session.
    Anonymous,
    /// A live session whose token is still valid.
    Authenticated(AuthSession),
    /// A live session whose token was rotated.
    Renewed(AuthSession, IssuedToken),
}

/// Why a token does not grant access.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The token is invalid or has expired.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The session has expired, was revoked or is unknown.
    #[error("the session has ended")]
    Ended,
    /// The account is deactivated.
    #[error("the account is deactivated")]
    Deactivated,
    /// A dependency is unavailable, or an internal error occurred.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

from_service_errors!(AccessError: DbErr);

impl SessionService {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self { core, cache: session_cache::SessionCache::default() }
    }

    /// Issues the device token of a browser in which the user with this public id has just logged in. A device that is known
    /// already stays the same one.
    pub fn issue_device(&self, user_id: &str, presented: Option<&str>) -> Result<DeviceToken, ServiceError> {
        let device = match self.known_device(user_id, presented) {
            Some(known) => self.core.throttle.renew_device(&known),
            None => self.core.throttle.issue_device(user_id),
        };
        Ok(device?)
    }

    /// The device of a cookie, if the user with this public id has logged in with it.
    fn known_device(&self, user_id: &str, presented: Option<&str>) -> Option<DeviceToken> {
        presented.and_then(|cookie| self.core.throttle.device(cookie)).filter(|device| device.is_of(user_id))
    }

    /// Makes changes of an account effective on this node: its sessions bypass the cache.
    pub fn invalidate_user(&self, user_public_id: &str) {
        self.cache.invalidate(user_public_id);
    }

    /// Signs the current token of a session.
    fn sign(
        &self,
        session: &session::Model,
        user: &user::Model,
        kind: TokenKind,
    ) -> anyhow::Result<(Token, IssuedToken, i64)> {
        let claims = Claims::from(NewClaims {
            issuer: self.core.product.slug,
            subject: &user.public_id,
            session: &session.id,
            token: &session.jti,
            generation: u32::try_from(session.generation)?,
            issued_at: session.issued_at,
            access_seconds: self.core.lifespans.access,
            refresh_expires_at: session.refresh_expires_at,
            roles: &user.roles,
            kind,
        });
        let token = self.core.keys.sign(&claims)?;
        let issued = IssuedToken {
            token: token.clone(),
            remember_me: session.persistent.into(),
            refresh_seconds: (session.refresh_expires_at - self.core.clock.now()).max(0),
            user: current_user(user, claims.exp, session),
        };
        Ok((token, issued, claims.exp))
    }
}

fn roles(user: &user::Model) -> Roles {
    // Roles that do not parse grant nothing.
    Roles::parse(&user.roles).unwrap_or_default()
}

fn current_user(user: &user::Model, access_expires_at: i64, session: &session::Model) -> CurrentUser {
    CurrentUser {
        id: user.public_id.clone(),
        username: user.username.clone(),
        roles: roles(user),
        access_expires_at,
        refresh_expires_at: session.refresh_expires_at,
    }
}
