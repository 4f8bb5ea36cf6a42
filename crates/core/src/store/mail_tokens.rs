//! Queries on `mail_tokens`.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};

use super::entity::mail_token::{Column, Entity, Model};
use super::entity::user;
use super::users;
use crate::security::opaque_token::{MailToken, MailTokenHash, Purpose};

/// Maximum number of passwords that can be tried with one link.
pub const ATTEMPTS_MAX: i32 = 10;

/// Subject and lifetime of a new token.
#[derive(Clone, Copy, Debug)]
pub struct NewToken {
    /// The account that it belongs to, if any.
    pub user_id: Option<i64>,
    /// The registration that it belongs to, if any.
    pub registration_id: Option<i64>,
    /// The email change that it belongs to, if any.
    pub email_change_id: Option<i64>,
    /// The email that contains it.
    pub outbox_id: Option<i64>,
    /// Unix time in seconds.
    pub created_at: i64,
    /// Unix time in seconds.
    pub expires_at: i64,
}

/// Inserts a token. Earlier ones stay valid: anyone can ask for a reset, and must not make the link of the owner invalid.
/// Also, the mail server may have accepted an email although its response was lost, and mail programs that show one of two
/// emails with the same `Message-ID` show the first.
pub async fn insert(tx: &impl ConnectionTrait, token: &MailToken, new: NewToken) -> Result<Model, DbErr> {
    let row = Model {
        hash: token.hash().as_str().to_owned(),
        purpose: token.purpose(),
        user_id: new.user_id,
        registration_id: new.registration_id,
        email_change_id: new.email_change_id,
        outbox_id: new.outbox_id,
        attempts: 0,
        created_at: new.created_at,
        expires_at: new.expires_at,
        used_at: None,
    };
    row.into_active_model().insert(tx).await
}

/// The token, if it is unused and has not expired.
pub async fn live(db: &impl ConnectionTrait, token: &MailToken, now: i64) -> Result<Option<Model>, DbErr> {
    let hash = token.hash();
    let unused = Entity::find_by_id(hash.as_str()).filter(Column::UsedAt.is_null());
    let row = unused.filter(Column::ExpiresAt.gt(now)).one(db).await?;
    Ok(row.filter(|row| row.purpose == token.purpose()))
}

/// The active account of a live token.
pub async fn owner(db: &impl ConnectionTrait, token: &MailToken, now: i64) -> Result<Option<user::Model>, DbErr> {
    let Some(id) = live(db, token, now).await?.and_then(|row| row.user_id) else { return Ok(None) };
    Ok(users::by_id(db, id).await?.filter(|user| user.is_active))
}

/// Consumes a token. Of several parallel calls, only one returns `true`.
pub async fn consume(tx: &impl ConnectionTrait, hash: &MailTokenHash, now: i64) -> Result<bool, DbErr> {
    let used = Entity::update_many().col_expr(Column::UsedAt, Expr::value(now));
    let unused = used.filter(Column::Hash.eq(hash.as_str())).filter(Column::UsedAt.is_null());
    Ok(unused.filter(Column::ExpiresAt.gt(now)).exec(tx).await?.rows_affected == 1)
}

/// Counts an attempt to enter the password; `false` if none is left, or the token is used or expired.
pub async fn count_attempt(tx: &impl ConnectionTrait, hash: &MailTokenHash, now: i64) -> Result<bool, DbErr> {
    let counted = Entity::update_many().col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1));
    let unused = counted.filter(Column::Hash.eq(hash.as_str())).filter(Column::UsedAt.is_null());
    let left = unused.filter(Column::ExpiresAt.gt(now)).filter(Column::Attempts.lt(ATTEMPTS_MAX));
    Ok(left.exec(tx).await?.rows_affected == 1)
}

/// Deletes the tokens of all accounts and registrations, and returns their number.
pub async fn delete_all(tx: &impl ConnectionTrait) -> Result<u64, DbErr> {
    Ok(Entity::delete_many().exec(tx).await?.rows_affected)
}

/// Deletes the tokens of an account that have a purpose.
pub async fn delete_of_purpose(tx: &impl ConnectionTrait, user_id: i64, purpose: Purpose) -> Result<(), DbErr> {
    let tokens = Entity::delete_many().filter(Column::UserId.eq(user_id)).filter(Column::Purpose.eq(purpose));
    // Used ones are kept, so that the page of a used link says so.
    tokens.filter(Column::UsedAt.is_null()).exec(tx).await.map(|_| ())
}

/// Deletes all tokens of an account.
pub async fn delete_of_user(tx: &impl ConnectionTrait, user_id: i64) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::UserId.eq(user_id)).exec(tx).await.map(|_| ())
}
