//! Who is asking, as a page may know it.

use serde::{Deserialize, Serialize};

use crate::{Role, Roles};

/// The account whose session came with the request: what its own page may show, and nothing secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrentUser {
    /// `users.public_id`: 16 random bytes, base64url.
    pub id: String,
    /// The name as its owner writes it.
    pub username: String,
    /// What the account may do.
    pub roles: Roles,
    /// When access expires: seconds since 1970, UTC.
    pub access_expires_at: i64,
    /// Until when access can be refreshed: seconds since 1970, UTC.
    pub refresh_expires_at: i64,
}

impl CurrentUser {
    /// Whether the account administers others.
    #[must_use]
    pub fn is_admin(&self) -> bool {
        self.roles.has(Role::ADMIN)
    }
}
