//! The table `totp`.

use sea_orm::entity::prelude::*;

/// The authenticator app of an account. At most one per account.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "totp")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: i64,
    /// The secret, encrypted.
    pub secret: String,
    pub created_at: i64,
    /// When a code of the app was entered; until then it is not asked for.
    pub confirmed_at: Option<i64>,
    /// The latest time step whose code was accepted: each is accepted once (RFC 6238, 5.2).
    pub last_step: i64,
    /// New recovery codes, encrypted, until their owner has seen them.
    pub new_codes: Option<String>,
    /// Until when the new recovery codes are shown.
    pub new_codes_until: Option<i64>,
}

/// Hides the secrets.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Totp").field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
