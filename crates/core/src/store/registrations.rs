//! Queries on `registrations`.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Statement,
};
use sha2::{Digest, Sha256};

use super::entity::registration::{ActiveModel, Column, Entity, Model};
use latchkey_types::{EmailAddress, Username};

/// Values of a new registration.
#[derive(Debug)]
pub struct NewRegistration<'a> {
    /// Reserved while the registration is live.
    pub username: &'a Username,
    /// The address to confirm.
    pub email: &'a EmailAddress,
    /// Becomes the password hash of the account.
    pub password_hash: String,
    /// Unix time in seconds.
    pub created_at: i64,
    /// Unix time in seconds.
    pub expires_at: i64,
}

/// Inserts a registration, whether or not an account has its address.
pub async fn insert(tx: &impl ConnectionTrait, new: NewRegistration<'_>) -> Result<Model, DbErr> {
    let row = ActiveModel {
        username: Set(new.username.as_str().to_owned()),
        username_key: Set(new.username.key()),
        email: Set(new.email.as_str().to_owned()),
        email_key: Set(new.email.key()),
        password: Set(new.password_hash),
        created_at: Set(new.created_at),
        expires_at: Set(new.expires_at),
        ..Default::default()
    };
    row.insert(tx).await
}

/// Locks a username until the transaction ends, to check and reserve it atomically. A unique index can't do this:
/// registrations of one address may share their username, and expired ones stay for a while.
pub async fn lock_name(tx: &impl ConnectionTrait, username: &Username) -> Result<(), DbErr> {
    // SQLite allows one writer, so nothing else can read and reserve the name meanwhile.
    if tx.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let digest = Sha256::digest(format!("username {}", username.key()).as_bytes());
    let key = digest.iter().take(8).fold(0_i64, |key, byte| (key << 8) | i64::from(*byte));
    let sql = "SELECT pg_advisory_xact_lock($1)";
    tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [key.into()])).await.map(|_| ())
}

/// Whether a live registration of another address reserves the username.
pub async fn name_is_reserved(
    db: &impl ConnectionTrait,
    username: &Username,
    email: &EmailAddress,
    now: i64,
) -> Result<bool, DbErr> {
    let others = Entity::find().filter(Column::UsernameKey.eq(username.key())).filter(Column::EmailKey.ne(email.key()));
    Ok(others.filter(Column::ExpiresAt.gt(now)).one(db).await?.is_some())
}

/// The registration, if it has not expired.
pub async fn live(db: &impl ConnectionTrait, id: i64, now: i64) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(Column::ExpiresAt.gt(now)).one(db).await
}

/// Locks all registrations of an address until the transaction ends.
pub async fn lock_of_email(tx: &impl ConnectionTrait, email_key: &str) -> Result<Vec<Model>, DbErr> {
    let theirs = Entity::find().filter(Column::EmailKey.eq(email_key)).order_by_asc(Column::Id);
    theirs.lock_exclusive().all(tx).await
}

/// The newest live registration of a username.
pub async fn newest_by_username(
    db: &impl ConnectionTrait,
    username: &Username,
    now: i64,
) -> Result<Option<Model>, DbErr> {
    let named = Entity::find().filter(Column::UsernameKey.eq(username.key())).filter(Column::ExpiresAt.gt(now));
    named.order_by_desc(Column::Id).one(db).await
}

/// The live registration of an address that has waited longest for an email. This order prevents an attacker who keeps
/// registering someone else's address from blocking the emails for the owner's own registration.
pub async fn next_to_mail(db: &impl ConnectionTrait, email: &EmailAddress, now: i64) -> Result<Option<Model>, DbErr> {
    let theirs = Entity::find().filter(Column::EmailKey.eq(email.key())).filter(Column::ExpiresAt.gt(now));
    // SQLite and PostgreSQL sort NULL differently.
    let waited = theirs.order_by_asc(Expr::cust("coalesce(mailed_at, 0)")).order_by_asc(Column::Id);
    waited.limit(1).one(db).await
}

/// Sets `mailed_at`.
pub async fn set_mailed(tx: &impl ConnectionTrait, id: i64, now: i64) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(Column::MailedAt, Expr::value(now));
    update.filter(Column::Id.eq(id)).exec(tx).await.map(|_| ())
}

/// Deletes all registrations of an address, with their tokens.
pub async fn delete_of_email(tx: &impl ConnectionTrait, email_key: &str) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::EmailKey.eq(email_key)).exec(tx).await.map(|_| ())
}
