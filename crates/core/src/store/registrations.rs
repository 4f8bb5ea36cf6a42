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

/// Locks a username and an email address until the transaction ends, to count their registrations and add one
/// atomically. A unique index can't do this: registrations may share both, and expired ones stay for a while.
pub async fn lock(tx: &impl ConnectionTrait, username: &Username, email: &EmailAddress) -> Result<(), DbErr> {
    // In this order everywhere: another one could deadlock.
    lock_word(tx, &format!("username {}", username.key())).await?;
    lock_word(tx, &format!("email {}", email.key())).await
}

async fn lock_word(tx: &impl ConnectionTrait, word: &str) -> Result<(), DbErr> {
    // SQLite allows one writer, so nothing else can read and write registrations meanwhile.
    if tx.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let digest = Sha256::digest(word.as_bytes());
    let key = digest.iter().take(8).fold(0_i64, |key, byte| (key << 8) | i64::from(*byte));
    let sql = "SELECT pg_advisory_xact_lock($1)";
    tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [key.into()])).await.map(|_| ())
}

/// The live registrations that reserve a username, newest first; at most `limit`.
pub async fn of_username(
    db: &impl ConnectionTrait,
    username: &Username,
    now: i64,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let named = Entity::find().filter(Column::UsernameKey.eq(username.key())).filter(Column::ExpiresAt.gt(now));
    named.order_by_desc(Column::Id).limit(limit).all(db).await
}

/// The live registrations with the username and the email address of `registration`, itself first, then newest first.
pub async fn alike(db: &impl ConnectionTrait, registration: &Model, now: i64) -> Result<Vec<Model>, DbErr> {
    let same = Entity::find()
        .filter(Column::EmailKey.eq(registration.email_key.as_str()))
        .filter(Column::UsernameKey.eq(registration.username_key.as_str()));
    let mut found = same.filter(Column::ExpiresAt.gt(now)).order_by_desc(Column::Id).all(db).await?;
    found.sort_by_key(|other| other.id != registration.id);
    Ok(found)
}

/// Deletes live registrations of an address until `max` are left, `newest` among them. Those without an email go first,
/// because nobody has a link of theirs; then the oldest.
pub async fn delete_excess(tx: &impl ConnectionTrait, newest: &Model, max: usize, now: i64) -> Result<(), DbErr> {
    let theirs = Entity::find().filter(Column::EmailKey.eq(newest.email_key.as_str()));
    let mut others = theirs.filter(Column::ExpiresAt.gt(now)).filter(Column::Id.ne(newest.id)).all(tx).await?;
    others.sort_by_key(|other| (other.mailed_at.is_some(), other.id));
    let excess = (others.len() + 1).saturating_sub(max);
    let ids = others.iter().take(excess).map(|other| other.id).collect::<Vec<_>>();
    Entity::delete_many().filter(Column::Id.is_in(ids)).exec(tx).await.map(|_| ())
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
