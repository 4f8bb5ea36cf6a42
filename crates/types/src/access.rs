//! Who may see a page, call a server function or an API endpoint.

use crate::Roles;

/// The access rule of a row in a guard table. Whatever is in no table is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Everybody, logged in or not.
    Everyone,
    /// Visitors who are not logged in; others are redirected to where a login leads.
    Anonymous,
    /// Users who are logged in; others are redirected to the login and come back.
    LoggedIn,
    /// Users with this role; other users get 403.
    HasRole(&'static str),
    /// API only: the endpoint checks a token of its own kind (an expired one, or one from an email).
    HandlerChecksToken,
}

impl Access {
    /// Whether a user with these roles is let in; `None` means nobody is logged in.
    ///
    /// For [`Self::HandlerChecksToken`] the answer is yes: the endpoint decides.
    #[must_use]
    pub fn allows(self, roles: Option<&Roles>) -> bool {
        match self {
            Self::Everyone | Self::HandlerChecksToken => true,
            Self::Anonymous => roles.is_none(),
            Self::LoggedIn => roles.is_some(),
            Self::HasRole(role) => roles.is_some_and(|roles| roles.has(role)),
        }
    }
}
