//! An account, as those who look after it see it.

use serde::{Deserialize, Serialize};

use crate::Roles;

/// What an administrator may know of an account; nothing secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSummary {
    /// `users.public_id`.
    pub id: String,
    /// The name as its owner writes it.
    pub username: String,
    /// The address, if there is one.
    pub email: Option<String>,
    /// What the account may do.
    pub roles: Roles,
    /// Whether it may be used.
    pub is_active: bool,
    /// Seconds since 1970, UTC.
    pub created_at: i64,
    /// Seconds since 1970, UTC; nothing if nobody ever logged in.
    pub last_login_at: Option<i64>,
}

/// Addresses are personal: they never reach a log by accident.
impl std::fmt::Debug for UserSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserSummary").field("id", &self.id).finish_non_exhaustive()
    }
}
