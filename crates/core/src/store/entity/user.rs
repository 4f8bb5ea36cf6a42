//! The table `users`.

use sea_orm::entity::prelude::*;

/// An account.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// Internal; everywhere else an account is identified by `public_id`.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// In its original case.
    pub username: String,
    /// In its original case.
    pub email: Option<String>,
    /// The password hash, in the format of its scheme.
    pub password: String,
    /// Comma-separated.
    pub roles: String,
    pub is_active: bool,
    /// 16 random bytes, base64url: `sub` in tokens, and the id in the API and the audit log.
    pub public_id: String,
    /// The username in lower case.
    pub username_key: String,
    /// The email address in lower case.
    pub email_key: Option<String>,
    pub created_at: i64,
    pub last_login_at: Option<i64>,
    /// When a link that was sent to the email address was used, or the operator entered it.
    pub email_confirmed_at: Option<i64>,
    /// Since when a login needs a second factor.
    pub second_factor_at: Option<i64>,
}

/// Hides email address and password hash.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("public_id", &self.public_id).finish_non_exhaustive()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
