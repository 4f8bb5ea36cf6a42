//! Queries on `attempts`.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

use super::entity::attempt::{Column, Entity, Model};

/// The count of a key, if anything was counted.
pub async fn find(db: &impl ConnectionTrait, key: &str) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(key).one(db).await
}

/// Replaces the count that was read as `before` with `after`. Returns `false`, and changes nothing, if it is another one
/// by now: of parallel changes, one is made.
pub async fn replace(tx: &impl ConnectionTrait, before: Option<&Model>, after: &Model) -> Result<bool, DbErr> {
    let Some(before) = before else {
        let once = OnConflict::column(Column::Key).do_nothing().to_owned();
        let insert = Entity::insert(after.clone().into_active_model()).on_conflict(once);
        return Ok(insert.exec_without_returning(tx).await? == 1);
    };
    let update = Entity::update_many()
        .col_expr(Column::Failures, Expr::value(after.failures))
        .col_expr(Column::NextAt, Expr::value(after.next_at))
        .col_expr(Column::LastAt, Expr::value(after.last_at))
        .filter(Column::Key.eq(&before.key))
        .filter(Column::Failures.eq(before.failures))
        .filter(Column::LastAt.eq(before.last_at));
    Ok(update.exec(tx).await?.rows_affected == 1)
}

/// Deletes counts.
pub async fn delete(tx: &impl ConnectionTrait, keys: Vec<String>) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::Key.is_in(keys)).exec(tx).await.map(|_| ())
}
