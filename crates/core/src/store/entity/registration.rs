//! `registrations`

use sea_orm::entity::prelude::*;

/// Somebody who wants an account and has not yet shown that the address is theirs. One row an attempt.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "registrations")]
pub struct Model {
    /// Inside only.
    #[sea_orm(primary_key)]
    pub id: i64,
    /// As its owner writes it.
    pub username: String,
    /// The name in lower case. Not unique: attempts of one address stand side by side.
    pub username_key: String,
    /// As its owner writes it.
    pub email: String,
    /// The address in lower case. Not unique, and written whether or not an account has it.
    pub email_key: String,
    /// The hash of the password of this attempt.
    pub password: String,
    /// Seconds since 1970.
    pub created_at: i64,
    /// From then on it neither reserves the name nor can be confirmed.
    pub expires_at: i64,
    /// When a mail for it was last due.
    pub mailed_at: Option<i64>,
}

/// Neither address nor hash.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registration").field("id", &self.id).finish_non_exhaustive()
    }
}

/// None is declared: the queries join by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
