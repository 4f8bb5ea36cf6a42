//! The table `mail_tokens`.

use sea_orm::entity::prelude::*;

use crate::kinds::Purpose;

/// The token of an email link. Belongs to one account, registration or email change, and is deleted with it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_tokens")]
pub struct Model {
    /// SHA-256 of the token in hexadecimal. Only the email contains the token itself.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    pub purpose: Purpose,
    pub user_id: Option<i64>,
    pub registration_id: Option<i64>,
    pub email_change_id: Option<i64>,
    /// The email that contains the link.
    pub outbox_id: Option<i64>,
    /// How many passwords were tried with this link.
    pub attempts: i32,
    pub created_at: i64,
    pub expires_at: i64,
    /// When the link was consumed.
    pub used_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
