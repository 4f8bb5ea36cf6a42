//! Queries on `trusted_devices`.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::entity::trusted_device::{Column, Entity, Model};

/// The devices that an account trusts, latest first.
pub async fn of_user(db: &impl ConnectionTrait, user_id: i64, now: i64) -> Result<Vec<Model>, DbErr> {
    let live = Entity::find().filter(Column::UserId.eq(user_id)).filter(Column::ExpiresAt.gt(now));
    live.order_by_desc(Column::CreatedAt).all(db).await
}

/// Whether an account trusts the device.
pub async fn is_trusted(db: &impl ConnectionTrait, user_id: i64, hash: &str, now: i64) -> Result<bool, DbErr> {
    let live = Entity::find_by_id(hash).filter(Column::UserId.eq(user_id)).filter(Column::ExpiresAt.gt(now));
    Ok(live.one(db).await?.is_some())
}

/// Trusts a device, anew if it was trusted before.
pub async fn insert(tx: &impl ConnectionTrait, row: Model) -> Result<(), DbErr> {
    Entity::delete_by_id(&row.hash).exec(tx).await?;
    Entity::insert(row.into_active_model()).exec_without_returning(tx).await.map(|_| ())
}

/// Stops to trust a device of an account; `false` if it was not trusted.
pub async fn delete(tx: &impl ConnectionTrait, user_id: i64, hash: &str) -> Result<bool, DbErr> {
    let theirs = Entity::delete_by_id(hash).filter(Column::UserId.eq(user_id));
    Ok(theirs.exec(tx).await?.rows_affected == 1)
}

/// Stops to trust every device of an account.
pub async fn delete_of_user(tx: &impl ConnectionTrait, user_id: i64) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::UserId.eq(user_id)).exec(tx).await.map(|_| ())
}

/// Stops to trust every device of every account.
pub async fn delete_all(tx: &impl ConnectionTrait) -> Result<(), DbErr> {
    Entity::delete_many().exec(tx).await.map(|_| ())
}
