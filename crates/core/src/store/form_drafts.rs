//! Queries on `form_drafts`.

use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

use super::entity::form_draft::{Column, Entity, Model};

/// Inserts a draft.
pub async fn insert(tx: &impl ConnectionTrait, draft: Model) -> Result<(), DbErr> {
    draft.into_active_model().insert(tx).await.map(|_| ())
}

/// The draft, if it has not expired.
pub async fn live(db: &impl ConnectionTrait, hash: &str, now: i64) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(hash).filter(Column::ExpiresAt.gt(now)).one(db).await
}

/// Deletes a draft.
pub async fn delete(tx: &impl ConnectionTrait, hash: &str) -> Result<(), DbErr> {
    Entity::delete_by_id(hash).exec(tx).await.map(|_| ())
}
