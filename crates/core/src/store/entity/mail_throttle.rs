//! `mail_throttle`

use sea_orm::entity::prelude::*;

/// When mails of one purpose were asked for to one address.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_throttle")]
pub struct Model {
    /// A hash of purpose and address.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// The times of the last day that counted, comma-separated.
    pub asked_at: String,
    /// The last of them; older than a day, and the row says nothing any more.
    pub last_at: i64,
}

/// None is declared.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
