//! `users`

use sea_orm::entity::prelude::*;

/// An account.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    /// Inside only; outside an account is its `public_id`.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// As its owner writes it.
    pub username: String,
    /// As its owner writes it.
    pub email: Option<String>,
    /// The hash, in the format of its scheme.
    pub password: String,
    /// Comma-separated.
    pub roles: String,
    /// Whether it may be used.
    pub is_active: bool,
    /// 16 random bytes, base64url: `sub`, and the id in the API and the audit.
    pub public_id: String,
    /// The name in lower case.
    pub username_key: String,
    /// The address in lower case.
    pub email_key: Option<String>,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub last_login_at: Option<i64>,
}

/// Neither address nor hash.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("public_id", &self.public_id).finish_non_exhaustive()
    }
}

/// None is declared: the queries join by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
