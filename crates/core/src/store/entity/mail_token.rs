//! `mail_tokens`

use sea_orm::entity::prelude::*;

use crate::kinds::Purpose;

/// A link that was mailed. It belongs to one account, registration or change of address, and goes with it.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_tokens")]
pub struct Model {
    /// SHA-256 of the token, in hexadecimal. The token itself is nowhere but in the mail.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    /// What it is good for.
    pub purpose: Purpose,
    /// Whose account.
    pub user_id: Option<i64>,
    /// Which registration.
    pub registration_id: Option<i64>,
    /// Which change of address.
    pub email_change_id: Option<i64>,
    /// The mail that carries it.
    pub outbox_id: Option<i64>,
    /// How often a password was given with it.
    pub attempts: i32,
    /// Seconds since 1970.
    pub created_at: i64,
    /// From then on it opens nothing.
    pub expires_at: i64,
    /// When it was used: once.
    pub used_at: Option<i64>,
}

/// None is declared: the queries join by hand.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
