//! Accounts, as administrators see them.

use serde::{Deserialize, Serialize};

use crate::Roles;

/// Data of an account for administrators; nothing secret.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserSummary {
    /// `users.public_id`.
    pub id: String,
    /// The username in its original case.
    pub username: String,
    /// The email address, if there is one.
    pub email: Option<String>,
    /// The current roles.
    pub roles: Roles,
    /// Whether the account can be used.
    pub is_active: bool,
    /// Whether a login needs a second factor.
    pub has_second_factor: bool,
    /// Unix time in seconds.
    pub created_at: i64,
    /// Unix time in seconds; `None` before the first login.
    pub last_login_at: Option<i64>,
}

impl UserSummary {
    /// Up to how many found accounts are counted.
    pub const COUNT_MAX: u64 = 1_000;
}

/// Hides personal data, so that it does not reach logs by accident.
impl std::fmt::Debug for UserSummary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserSummary").field("id", &self.id).finish_non_exhaustive()
    }
}
