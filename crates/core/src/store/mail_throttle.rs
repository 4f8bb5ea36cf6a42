//! Queries on `mail_throttle`.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::entity::mail_throttle::{ActiveModel, Column, Entity};

/// Locks the row of a key until the transaction ends, and returns its times, oldest first. Inserts a missing row.
pub async fn lock(tx: &impl ConnectionTrait, key: &str) -> Result<Vec<i64>, DbErr> {
    let empty = ActiveModel { key: Set(key.to_owned()), asked_at: Set(String::new()), last_at: Set(0) };
    let once = OnConflict::column(Column::Key).do_nothing().to_owned();
    Entity::insert(empty).on_conflict(once).exec_without_returning(tx).await?;
    let row = Entity::find_by_id(key).lock_exclusive().one(tx).await?;
    let times = row.map(|row| row.asked_at).unwrap_or_default();
    Ok(times.split(',').filter_map(|time| time.parse().ok()).collect())
}

/// Stores the times of a key that [`lock`] has locked.
pub async fn write(tx: &impl ConnectionTrait, key: &str, times: &[i64]) -> Result<(), DbErr> {
    let asked_at = times.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
    let update = Entity::update_many()
        .col_expr(Column::AskedAt, Expr::value(asked_at))
        .col_expr(Column::LastAt, Expr::value(times.last().copied().unwrap_or_default()));
    update.filter(Column::Key.eq(key)).exec(tx).await.map(|_| ())
}
