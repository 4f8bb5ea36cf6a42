//! Queries on `passkeys` and `passkey_ceremonies`.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};

use super::entity::{passkey, passkey_ceremony as ceremony};

/// The passkeys of an account, oldest first.
pub async fn of_user(db: &impl ConnectionTrait, user_id: i64) -> Result<Vec<passkey::Model>, DbErr> {
    let theirs = passkey::Entity::find().filter(passkey::Column::UserId.eq(user_id));
    theirs.order_by_asc(passkey::Column::CreatedAt).order_by_asc(passkey::Column::Id).all(db).await
}

/// The number of passkeys of an account.
pub async fn count(db: &impl ConnectionTrait, user_id: i64) -> Result<u64, DbErr> {
    passkey::Entity::find().filter(passkey::Column::UserId.eq(user_id)).count(db).await
}

/// The passkey that the authenticator calls so.
pub async fn by_credential(db: &impl ConnectionTrait, id: &str) -> Result<Option<passkey::Model>, DbErr> {
    passkey::Entity::find().filter(passkey::Column::CredentialId.eq(id)).one(db).await
}

/// Stores a passkey; `false` if an account has one that the authenticator calls so.
pub async fn insert(tx: &impl ConnectionTrait, row: passkey::Model) -> Result<bool, DbErr> {
    let once = OnConflict::column(passkey::Column::CredentialId).do_nothing().to_owned();
    let insert = passkey::Entity::insert(row.into_active_model()).on_conflict(once);
    Ok(insert.exec_without_returning(tx).await? == 1)
}

/// Stores a use of a passkey. Of parallel uses in the same state, one returns `true`.
pub async fn use_up(tx: &impl ConnectionTrait, row: &passkey::Model, state: &str, now: i64) -> Result<bool, DbErr> {
    let update = passkey::Entity::update_many()
        .col_expr(passkey::Column::State, Expr::value(state))
        .col_expr(passkey::Column::LastUsedAt, Expr::value(now));
    let once = update.filter(passkey::Column::Id.eq(&row.id)).filter(passkey::Column::State.eq(&row.state));
    Ok(once.exec(tx).await?.rows_affected == 1)
}

/// Deletes a passkey of an account; `None` if it has no such passkey.
pub async fn delete(tx: &impl ConnectionTrait, user_id: i64, id: &str) -> Result<bool, DbErr> {
    let theirs = passkey::Entity::delete_many().filter(passkey::Column::UserId.eq(user_id));
    Ok(theirs.filter(passkey::Column::Id.eq(id)).exec(tx).await?.rows_affected == 1)
}

/// Deletes all passkeys of an account and returns their number.
pub async fn delete_of_user(tx: &impl ConnectionTrait, user_id: i64) -> Result<u64, DbErr> {
    let theirs = passkey::Entity::delete_many().filter(passkey::Column::UserId.eq(user_id));
    Ok(theirs.exec(tx).await?.rows_affected)
}

/// Records that the challenge of a login was used. Of several calls, one returns `true`.
pub async fn use_challenge(tx: &impl ConnectionTrait, challenge: &str, expires_at: i64) -> Result<bool, DbErr> {
    let row = ceremony::Model { challenge: challenge.to_owned(), user_id: None, state: String::new(), expires_at };
    let once = OnConflict::column(ceremony::Column::Challenge).do_nothing().to_owned();
    let insert = ceremony::Entity::insert(row.into_active_model()).on_conflict(once);
    Ok(insert.exec_without_returning(tx).await? == 1)
}

/// Stores a registration.
pub async fn insert_ceremony(tx: &impl ConnectionTrait, row: ceremony::Model) -> Result<(), DbErr> {
    ceremony::Entity::insert(row.into_active_model()).exec_without_returning(tx).await.map(|_| ())
}

/// Uses a registration up, and returns it unless it has expired. Of parallel calls, one gets it.
pub async fn take(tx: &impl ConnectionTrait, challenge: &str, now: i64) -> Result<Option<ceremony::Model>, DbErr> {
    let found = ceremony::Entity::find_by_id(challenge).one(tx).await?;
    let is_first = ceremony::Entity::delete_by_id(challenge).exec(tx).await?.rows_affected == 1;
    Ok(found.filter(|row| is_first && now < row.expires_at))
}
