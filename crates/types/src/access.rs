//! Access rules of pages, server functions and API endpoints.

use crate::Roles;

/// The access rule of a row in a guard table. Requests that match no row are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everyone, logged in or not.
    Everyone,
    /// Anonymous visitors only; logged-in users are redirected to the page that a login leads to.
    Anonymous,
    /// Logged-in users, also those who have yet to set up a second factor that is required of them. For what they need to
    /// do that.
    FirstFactor,
    /// Logged-in users; others are redirected to the login and return afterwards. Users who lack a required second factor
    /// set it up first.
    LoggedIn,
    /// Users with this role; other users get 403. Users who lack a required second factor set it up first.
    HasRole(&'static str),
    /// API only: the endpoint itself checks a token (an expired one, or one from an email).
    HandlerChecksToken,
}

impl Access {
    /// Whether a user has to set up a second factor first, if one is required.
    #[must_use]
    pub fn needs_second_factor(self) -> bool {
        matches!(self, Self::LoggedIn | Self::HasRole(_))
    }

    /// Whether a user with these roles has access; `None` means anonymous.
    ///
    /// [`Self::HandlerChecksToken`] always allows access: the endpoint decides.
    #[must_use]
    pub fn allows(self, roles: Option<&Roles>) -> bool {
        match self {
            Self::Everyone | Self::HandlerChecksToken => true,
            Self::Anonymous => roles.is_none(),
            Self::FirstFactor | Self::LoggedIn => roles.is_some(),
            Self::HasRole(role) => roles.is_some_and(|roles| roles.has(role)),
        }
    }
}
