//! The table `registrations`.

use sea_orm::entity::prelude::*;

/// A registration that awaits confirmation. One row per attempt.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "registrations")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    /// In its original case.
    pub username: String,
    /// The username in lower case. Not unique: a registration can be repeated with its password, also with another address.
    pub username_key: String,
    /// In its original case.
    pub email: String,
    /// The address in lower case. Not unique, and stored whether or not an account has it.
    pub email_key: String,
    /// The password hash of this attempt.
    pub password: String,
    pub created_at: i64,
    /// Until then, the registration reserves its username and can be confirmed.
    pub expires_at: i64,
    /// When an email for it was last queued.
    pub mailed_at: Option<i64>,
}

/// Hides email address and password hash.
impl std::fmt::Debug for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registration").field("id", &self.id).finish_non_exhaustive()
    }
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
