//! Sessions: how they begin, give access, are renewed and end.

use std::sync::Arc;

use super::{Core, Fault};
use crate::security::jwt::{Claims, Issue, SignedClaims, Token, TokenError, TokenKind};
use crate::store::entity::{session, user};
use latchkey_types::{CurrentUser, Roles};

mod access;
mod bearer;
mod begin;
mod end;
mod list;
mod log_in;
mod notices;
mod presence;
mod rotation;
mod sudo;

pub use bearer::BearerError;
pub use begin::SESSIONS_MAX;
pub use list::EndError;
pub use log_in::LoginError;
pub use rotation::ROTATION_GRACE_SECONDS;
pub use sudo::{FRESH_SECONDS, NotFresh, ProofError};

/// The use cases around sessions.
#[derive(Clone, Debug)]
pub struct SessionService {
    core: Arc<Core>,
    presence: presence::Presence,
}

/// Whether a session outlives the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Persistence {
    /// "Keep me signed in" was chosen.
    KeepSignedIn,
    /// Until the browser is closed, and 12 hours unused at most.
    UntilClosed,
}

impl From<bool> for Persistence {
    fn from(keep: bool) -> Self {
        if keep { Self::KeepSignedIn } else { Self::UntilClosed }
    }
}

/// Through which door somebody comes in. No `Debug`: the cookie's token is in it.
#[derive(Clone, Copy)]
pub enum Entry<'a> {
    /// A browser.
    Cookie {
        /// Whether the session is to outlive it.
        persistence: Persistence,
        /// The token of the cookie that came along, whatever it is worth: its session ends.
        presented: Option<&'a str>,
    },
    /// A client of the API. It has no cookie, so nothing is superseded.
    Bearer,
}

impl<'a> Entry<'a> {
    /// What kind of token it gets.
    fn kind(self) -> TokenKind {
        match self {
            Self::Cookie { .. } => TokenKind::Web,
            Self::Bearer => TokenKind::Api,
        }
    }

    /// A client of the API keeps its token as long as it likes.
    fn persistence(self) -> Persistence {
        match self {
            Self::Cookie { persistence, .. } => persistence,
            Self::Bearer => Persistence::KeepSignedIn,
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
pub struct SignedIn {
    /// The token: for the cookie, or for the body of an answer of the API.
    pub token: Token,
    /// Whether it outlives the browser.
    pub persistence: Persistence,
    /// For how many seconds from now it can be exchanged.
    pub refresh_seconds: i64,
    /// Whose it is.
    pub user: CurrentUser,
}

/// Somebody whose session was found alive in this request.
#[derive(Clone, Debug)]
pub struct Visitor {
    session: session::Model,
    user: user::Model,
    signed: SignedClaims,
    /// Whether this request exchanged the token already.
    renewed: bool,
}

impl Visitor {
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

    /// Whose account it is, inside.
    pub(in crate::service) fn account_id(&self) -> i64 {
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
pub enum Arrival {
    /// Nobody, as far as can be told.
    Nobody,
    /// Somebody with a token that is good for now.
    Here(Visitor),
    /// Somebody whose token was exchanged.
    Renewed(Visitor, SignedIn),
}

/// Why a token opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum Denial {
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
    Fault(#[from] Fault),
}

from_faults!(Denial: DbErr);

impl SessionService {
    /// Over a core, with an empty cache.
    #[must_use]
    pub fn new(core: Arc<Core>) -> Self {
        Self { core, presence: presence::Presence::default() }
    }

    /// What changed for an account is in force on this node from now on: its sessions are read past the cache.
    pub fn forget_cached(&self, user_public_id: &str) {
        self.presence.bury(user_public_id);
    }

    /// Signs the current token of a session.
    fn sign(
        &self,
        session: &session::Model,
        user: &user::Model,
        kind: TokenKind,
    ) -> anyhow::Result<(Token, SignedIn, i64)> {
        let claims = Claims::from(Issue {
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
        let signed_in = SignedIn {
            token: token.clone(),
            persistence: session.persistent.into(),
            refresh_seconds: (session.refresh_expires_at - self.core.clock.now()).max(0),
            user: current_user(user, claims.exp, session),
        };
        Ok((token, signed_in, claims.exp))
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
