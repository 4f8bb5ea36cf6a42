//! Sessions: how they begin, give access, are renewed and end.

use std::sync::Arc;

use super::{Core, ServiceError};
use crate::security::jwt::{Claims, NewClaims, SignedClaims, Token, TokenError, TokenKind};
use crate::store::entity::{session, user};
use latchkey_types::{CurrentUser, Roles};

mod access;
mod bearer;
mod create;
mod list;
mod log_in;
mod notices;
mod revoke;
mod rotation;
mod session_cache;
mod sudo;

pub use bearer::BearerError;
pub use create::SESSIONS_MAX;
pub use list::RevokeError;
pub use log_in::LoginError;
pub use rotation::ROTATION_GRACE_SECONDS;
pub use sudo::{FRESH_SECONDS, NotFresh, VerifyPasswordError};

/// The use cases around sessions.
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
    /// Until the browser is closed, and 12 hours unused at most.
    No,
}

impl From<bool> for RememberMe {
    fn from(keep: bool) -> Self {
        if keep { Self::Yes } else { Self::No }
    }
}

/// Through which door somebody comes in. No `Debug`: the cookie's token is in it.
#[derive(Clone, Copy)]
pub enum Channel<'a> {
    /// A browser.
    Cookie {
        /// Whether the session is to outlive it.
        remember_me: RememberMe,
        /// The token of the cookie that came along, whatever it is worth: its session ends.
        presented: Option<&'a str>,
    },
    /// A client of the API. It has no cookie, so nothing is superseded.
    Bearer,
}

impl<'a> Channel<'a> {
    /// What kind of token it gets.
    fn kind(self) -> TokenKind {
        match self {
            Self::Cookie { .. } => TokenKind::Web,
            Self::Bearer => TokenKind::Api,
        }
    }

    /// A client of the API keeps its token as long as it likes.
    fn remember_me(self) -> RememberMe {
        match self {
            Self::Cookie { remember_me, .. } => remember_me,
            Self::Bearer => RememberMe::Yes,
        }
    }

    fn presented(self) -> Option<&'a str> {
        match self {
            Self::Cookie { presented, .. } => presented,
            Self::Bearer => None,
        }
    }
}

/// Somebody who was just given a token.
#[derive(Clone, Debug)]
pub struct IssuedToken {
    /// The token: for the cookie, or for the body of an answer of the API.
    pub token: Token,
    /// Whether it outlives the browser.
    pub remember_me: RememberMe,
    /// For how many seconds from now it can be exchanged.
    pub refresh_seconds: i64,
    /// Whose it is.
    pub user: CurrentUser,
}

/// Somebody whose session was found alive in this request.
#[derive(Clone, Debug)]
pub struct AuthSession {
    session: session::Model,
    user: user::Model,
    signed: SignedClaims,
    /// Whether this request exchanged the token already.
    renewed: bool,
}

impl AuthSession {
    /// What their own page may know.
    #[must_use]
    pub fn current_user(&self) -> CurrentUser {
        current_user(&self.user, self.signed.access_expires_at(), &self.session)
    }

    /// Whose session it is, by `public_id`.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user.public_id
    }

    /// The address of the account, if it has one.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.user.email.as_deref()
    }

    /// Which session it is.
    #[must_use]
    pub fn session_id(&self) -> &str {
        &self.session.id
    }

    /// When the session began.
    #[must_use]
    pub fn session_created_at(&self) -> i64 {
        self.session.created_at
    }

    /// `users.id`, for foreign keys and queries; never shown. Outside an account is its [`Self::user_id`].
    #[must_use]
    pub fn account_id(&self) -> i64 {
        self.user.id
    }

    /// What they may do, as the table says now and not as the token said once.
    #[must_use]
    pub fn roles(&self) -> Roles {
        roles(&self.user)
    }

    /// Their account, as it was within the last second.
    pub(in crate::service) fn user(&self) -> &user::Model {
        &self.user
    }
}

/// Who came with a request.
#[derive(Clone, Debug)]
pub enum Authentication {
    /// Nobody, as far as can be told.
    Anonymous,
    /// Somebody with a token that is good for now.
    Authenticated(AuthSession),
    /// Somebody whose token was exchanged.
    Renewed(AuthSession, IssuedToken),
}

/// Why a token opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// The token itself.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// The session ended, was revoked, or is not known any more.
    #[error("the session is over")]
    Ended,
    /// The account is deactivated.
    #[error("the account is deactivated")]
    Deactivated,
    /// It could not be found out.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

from_service_errors!(AccessError: DbErr);

impl SessionService {
    /// Over a core, with an empty cache.
    #[must_use]
    pub fn new(core: Arc<Core>) -> Self {
        Self { core, cache: session_cache::SessionCache::default() }
    }

    /// What changed for an account is in force on this node from now on: its sessions are read past the cache.
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
    // What no longer parses gives nothing.
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
