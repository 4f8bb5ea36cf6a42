//! The table `passkeys`.

use sea_orm::entity::prelude::*;

/// A passkey of an account. The binary values are in base64url.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkeys")]
pub struct Model {
    /// 16 random bytes; names the passkey in forms and the API.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub user_id: i64,
    /// What the authenticator calls it.
    pub credential_id: String,
    /// The public key and what never changes.
    pub public_key: String,
    /// The signature counter and what changes with each use.
    pub state: String,
    /// What its owner calls it.
    pub name: String,
    /// Unix time in seconds.
    pub created_at: i64,
    /// Unix time in seconds; `None` before the first login.
    pub last_used_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
