//! What people may know of their own account.

use serde::{Deserialize, Serialize};

use crate::Roles;

/// One's own account, its live sessions and what happened to it lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountOverview {
    /// The name as its owner writes it.
    pub username: String,
    /// The address as its owner writes it.
    pub email: Option<String>,
    /// What the account may do.
    pub roles: Roles,
    /// Where the account is logged in, the last used first.
    pub sessions: Vec<SessionSummary>,
    /// The newest first.
    pub events: Vec<SecurityEvent>,
}

/// A session that lives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionSummary {
    /// Names it; opens nothing.
    pub id: String,
    /// Browser and system.
    pub device: String,
    /// From where it was last used.
    pub address: String,
    /// Seconds since 1970, UTC.
    pub created_at: i64,
    /// Seconds since 1970, UTC, within a minute.
    pub last_seen_at: i64,
    /// Whether it is the one that asks.
    pub is_current: bool,
}

/// Something that happened to the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityEvent {
    /// Seconds since 1970, UTC.
    pub at: i64,
    /// What it was.
    pub kind: EventKind,
    /// Browser and system of who did it.
    pub device: String,
    /// Their address; empty for the server's own command line.
    pub address: String,
}

/// What can happen to an account, as far as its owner is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EventKind {
    /// It was made.
    AccountCreated,
    /// It was activated, deactivated, given other roles or another address.
    AccountChanged,
    /// Somebody logged in.
    LoggedIn,
    /// Somebody did not know the password.
    LoginFailed,
    /// The password was given again.
    PasswordConfirmed,
    /// A wrong one was given instead.
    PasswordNotConfirmed,
    /// Somebody asked for a link to set another password.
    PasswordResetRequested,
    /// There is another password.
    PasswordChanged,
    /// Somebody logged out.
    LoggedOut,
    /// A session was ended from elsewhere.
    SessionEnded,
    /// An old token was presented: somebody had a copy.
    TokenReused,
}
