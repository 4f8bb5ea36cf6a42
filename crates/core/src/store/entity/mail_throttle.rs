//! The table `mail_throttle`.

use sea_orm::entity::prelude::*;

/// Rate limit of emails with one purpose to one address.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_throttle")]
pub struct Model {
    /// Hash of purpose and address.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// The times within the last day, as comma-separated Unix seconds.
    pub asked_at: String,
    /// The last of these times. A day later, the row is no longer needed.
    pub last_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
