//! Queries on `email_changes`.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect,
};

use super::entity::email_change::{ActiveModel, Column, Entity, Model};
use latchkey_types::EmailAddress;

/// Stores the new address of an account. An earlier change is deleted, with its tokens. The caller has locked the
/// account.
pub async fn replace(
    tx: &impl ConnectionTrait,
    user_id: i64,
    email: &EmailAddress,
    created_at: i64,
    expires_at: i64,
) -> Result<Model, DbErr> {
    delete_of_user(tx, user_id).await?;
    let row = ActiveModel {
        user_id: Set(user_id),
        email: Set(email.as_str().to_owned()),
        email_key: Set(email.key()),
        created_at: Set(created_at),
        expires_at: Set(expires_at),
        ..Default::default()
    };
    row.insert(tx).await
}

/// The change, if it has not expired.
pub async fn live(db: &impl ConnectionTrait, id: i64, now: i64) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(Column::ExpiresAt.gt(now)).one(db).await
}

/// Locks a change that has not expired until the transaction ends.
pub async fn lock(tx: &impl ConnectionTrait, id: i64, now: i64) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(Column::ExpiresAt.gt(now)).lock_exclusive().one(tx).await
}

/// Deletes the pending change of an account, with its tokens.
pub async fn delete_of_user(tx: &impl ConnectionTrait, user_id: i64) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::UserId.eq(user_id)).exec(tx).await.map(|_| ())
}
