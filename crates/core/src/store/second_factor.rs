//! Queries on `totp`, `recovery_codes` and `login_challenges`.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};

use super::entity::{login_challenge as challenge, recovery_code, totp};

/// Maximum number of codes that can be tried with one challenge.
pub const CHALLENGE_ATTEMPTS_MAX: i32 = 5;

/// The authenticator app of an account, confirmed or not.
pub async fn totp(db: &impl ConnectionTrait, user_id: i64) -> Result<Option<totp::Model>, DbErr> {
    totp::Entity::find_by_id(user_id).one(db).await
}

/// Stores a new app, in place of one that was not confirmed.
pub async fn replace_totp(tx: &impl ConnectionTrait, row: totp::Model) -> Result<(), DbErr> {
    totp::Entity::delete_by_id(row.user_id).exec(tx).await?;
    totp::Entity::insert(row.into_active_model()).exec_without_returning(tx).await.map(|_| ())
}

/// Accepts the code of a time step, and confirms the app. Of parallel calls with one step, one returns `true`.
pub async fn accept_step(tx: &impl ConnectionTrait, user_id: i64, step: i64, now: i64) -> Result<bool, DbErr> {
    let confirmed_at = Expr::col(totp::Column::ConfirmedAt).if_null(now);
    let update = totp::Entity::update_many()
        .col_expr(totp::Column::LastStep, Expr::value(step))
        .col_expr(totp::Column::ConfirmedAt, confirmed_at);
    let once = update.filter(totp::Column::UserId.eq(user_id)).filter(totp::Column::LastStep.lt(step));
    Ok(once.exec(tx).await?.rows_affected == 1)
}

/// Replaces the encrypted secret by the same one, encrypted with the current key.
pub async fn reencrypt(tx: &impl ConnectionTrait, user_id: i64, secret: &str) -> Result<(), DbErr> {
    let update = totp::Entity::update_many().col_expr(totp::Column::Secret, Expr::value(secret));
    update.filter(totp::Column::UserId.eq(user_id)).exec(tx).await.map(|_| ())
}

/// Replaces the recovery codes of an account. `shown` are the same codes, encrypted, and until when they are shown.
pub async fn replace_codes(
    tx: &impl ConnectionTrait,
    user_id: i64,
    hashes: Vec<String>,
    shown: Option<(String, i64)>,
) -> Result<(), DbErr> {
    recovery_code::Entity::delete_many().filter(recovery_code::Column::UserId.eq(user_id)).exec(tx).await?;
    let rows = hashes.into_iter().map(|hash| recovery_code::Model { hash, user_id }.into_active_model());
    recovery_code::Entity::insert_many(rows.collect::<Vec<_>>()).exec_without_returning(tx).await?;
    show_codes(tx, user_id, shown).await
}

/// Sets which recovery codes are shown, encrypted, and until when.
pub async fn show_codes(tx: &impl ConnectionTrait, user_id: i64, shown: Option<(String, i64)>) -> Result<(), DbErr> {
    let (codes, until) = shown.unzip();
    let update = totp::Entity::update_many()
        .col_expr(totp::Column::NewCodes, Expr::value(codes))
        .col_expr(totp::Column::NewCodesUntil, Expr::value(until));
    update.filter(totp::Column::UserId.eq(user_id)).exec(tx).await.map(|_| ())
}

/// Uses a recovery code up. Of parallel calls with one code, one returns `true`.
pub async fn use_code(tx: &impl ConnectionTrait, user_id: i64, hash: &str) -> Result<bool, DbErr> {
    let code = recovery_code::Entity::delete_many().filter(recovery_code::Column::Hash.eq(hash));
    Ok(code.filter(recovery_code::Column::UserId.eq(user_id)).exec(tx).await?.rows_affected == 1)
}

/// The number of unused recovery codes.
pub async fn codes_left(db: &impl ConnectionTrait, user_id: i64) -> Result<u64, DbErr> {
    recovery_code::Entity::find().filter(recovery_code::Column::UserId.eq(user_id)).count(db).await
}

/// Deletes the app, the recovery codes and the waiting logins of an account.
pub async fn remove(tx: &impl ConnectionTrait, user_id: i64) -> Result<(), DbErr> {
    totp::Entity::delete_by_id(user_id).exec(tx).await?;
    recovery_code::Entity::delete_many().filter(recovery_code::Column::UserId.eq(user_id)).exec(tx).await?;
    delete_challenges(tx, user_id).await
}

/// Stores a challenge.
pub async fn insert_challenge(tx: &impl ConnectionTrait, row: challenge::Model) -> Result<(), DbErr> {
    challenge::Entity::insert(row.into_active_model()).exec_without_returning(tx).await.map(|_| ())
}

/// The challenge, if it has not expired and codes are left to try.
pub async fn live_challenge(
    db: &impl ConnectionTrait,
    hash: &str,
    now: i64,
) -> Result<Option<challenge::Model>, DbErr> {
    let live = challenge::Entity::find_by_id(hash).filter(challenge::Column::ExpiresAt.gt(now));
    live.filter(challenge::Column::Attempts.lt(CHALLENGE_ATTEMPTS_MAX)).one(db).await
}

/// Counts a code that is tried; `false` if none is left, or the challenge has expired or was used.
pub async fn count_challenge(tx: &impl ConnectionTrait, hash: &str, now: i64) -> Result<bool, DbErr> {
    let attempts = Expr::col(challenge::Column::Attempts).add(1);
    let counted = challenge::Entity::update_many().col_expr(challenge::Column::Attempts, attempts);
    let live = counted.filter(challenge::Column::Hash.eq(hash)).filter(challenge::Column::ExpiresAt.gt(now));
    let left = live.filter(challenge::Column::Attempts.lt(CHALLENGE_ATTEMPTS_MAX));
    Ok(left.exec(tx).await?.rows_affected == 1)
}

/// Uses a challenge up. Of parallel calls, one returns `true`.
pub async fn use_challenge(tx: &impl ConnectionTrait, hash: &str) -> Result<bool, DbErr> {
    Ok(challenge::Entity::delete_by_id(hash).exec(tx).await?.rows_affected == 1)
}

/// Ends the logins of an account that wait for the second factor.
pub async fn delete_challenges(tx: &impl ConnectionTrait, user_id: i64) -> Result<(), DbErr> {
    challenge::Entity::delete_many().filter(challenge::Column::UserId.eq(user_id)).exec(tx).await.map(|_| ())
}

/// Ends the logins of all accounts that wait for the second factor.
pub async fn delete_all_challenges(tx: &impl ConnectionTrait) -> Result<(), DbErr> {
    challenge::Entity::delete_many().exec(tx).await.map(|_| ())
}
