//! The table `attempts`.

use sea_orm::entity::prelude::*;

/// Failed attempts to guess a secret, by one counter of the throttle.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "attempts")]
pub struct Model {
    /// Keyed hash of what is counted.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Failures since the last success, including attempts that are still being evaluated.
    pub failures: i32,
    /// From when the next attempt is evaluated: Unix time in seconds.
    pub next_at: i64,
    /// The last attempt that was evaluated: Unix time in seconds.
    pub last_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
