//! The table `passkey_ceremonies`.

use sea_orm::entity::prelude::*;

/// A registration of a passkey that was begun, or a login by one that was finished.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "passkey_ceremonies")]
pub struct Model {
    /// 16 random bytes, in hexadecimal. Not secret: the signature over it is the proof.
    #[sea_orm(primary_key, auto_increment = false)]
    pub challenge: String,
    /// Whose passkey is registered; `None` for a login.
    pub user_id: Option<i64>,
    /// What the response is checked against, in base64url; empty for a login.
    pub state: String,
    /// Unix time in seconds.
    pub expires_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
