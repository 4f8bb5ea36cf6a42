//! `email_changes`

use sea_orm::entity::prelude::*;

/// An address that an account is to have once its owner has shown that it is theirs. At most one for each account.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "email_changes")]
pub struct Model {
    /// Inside only.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// Whose account.
    pub user_id: i64,
    /// The new address as its owner writes it.
    pub email: String,
    /// The new address in lower case.
    pub email_key: String,
    /// Seconds since 1970.
    pub created_at: i64,
    /// From then on it can't be confirmed.
    pub expires_at: i64,
}

/// No address.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmailChange").field("id", &self.id).field("user_id", &self.user_id).finish_non_exhaustive()
    }
}

/// None is declared: the queries join by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
