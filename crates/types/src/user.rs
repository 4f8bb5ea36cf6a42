//! The user of a request, as pages may show it.

use serde::{Deserialize, Serialize};

use crate::{Role, Roles};

/// The user of a request. Contains only data that the user's own pages may show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentUser {
    /// `users.public_id`: 16 random bytes, base64url.
    pub id: String,
    /// The username in its original case.
    pub username: String,
    /// The current roles.
    pub roles: Roles,
    /// When the token stops granting access: Unix time in seconds.
    pub access_expires_at: i64,
    /// When the token can no longer be refreshed: Unix time in seconds.
    pub refresh_expires_at: i64,
}

impl CurrentUser {
    /// Whether the user is an administrator.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.roles.has(Role::ADMIN)
    }
}
