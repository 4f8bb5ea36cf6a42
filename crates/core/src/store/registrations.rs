//! Queries on `registrations`.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Statement,
};
use sha2::{Digest, Sha256};

use super::entity::registration::{ActiveModel, Column, Entity, Model};
use latchkey_types::{EmailAddress, Username};

/// What a registration is made of.
#[derive(Debug)]
pub struct NewRegistration<'a> {
    /// The name that it reserves.
    pub username: &'a Username,
    /// The address that is to be shown to be theirs.
    pub email: &'a EmailAddress,
    /// The hash of its password.
    pub password_hash: String,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Seconds since 1970.
    pub expires_at: i64,
}

/// Adds a registration, whether or not an account has its address.
///
/// # Errors
/// The database's.
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

/// Lets one transaction at a time look at a name and reserve it. No unique index could: attempts of one address share
/// their name, and expired ones stay for a while.
///
/// # Errors
/// The database's.
pub async fn lock_name(tx: &impl ConnectionTrait, username: &Username) -> Result<(), DbErr> {
    // SQLite has one writer anyway.
    if tx.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    let digest = Sha256::digest(format!("username {}", username.key()).as_bytes());
    let key = digest.iter().take(8).fold(0_i64, |key, byte| (key << 8) | i64::from(*byte));
    let sql = "SELECT pg_advisory_xact_lock($1)";
    tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [key.into()])).await.map(|_| ())
}

/// Whether a live registration of another address reserves the name.
///
/// # Errors
/// The database's.
pub async fn name_is_reserved(
    db: &impl ConnectionTrait,
    username: &Username,
    email: &EmailAddress,
    now: i64,
) -> Result<bool, DbErr> {
    let others = Entity::find().filter(Column::UsernameKey.eq(username.key())).filter(Column::EmailKey.ne(email.key()));
    Ok(others.filter(Column::ExpiresAt.gt(now)).one(db).await?.is_some())
}

/// The registration, if it can still be confirmed.
///
/// # Errors
/// The database's.
pub async fn live(db: &impl ConnectionTrait, id: i64, now: i64) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).filter(Column::ExpiresAt.gt(now)).one(db).await
}

/// Every registration of an address, held against changes by others until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn lock_of_email(tx: &impl ConnectionTrait, email_key: &str) -> Result<Vec<Model>, DbErr> {
    let theirs = Entity::find().filter(Column::EmailKey.eq(email_key)).order_by_asc(Column::Id);
    theirs.lock_exclusive().all(tx).await
}

/// The newest live registration of a name.
///
/// # Errors
/// The database's.
pub async fn newest_by_username(
    db: &impl ConnectionTrait,
    username: &Username,
    now: i64,
) -> Result<Option<Model>, DbErr> {
    let named = Entity::find().filter(Column::UsernameKey.eq(username.key())).filter(Column::ExpiresAt.gt(now));
    named.order_by_desc(Column::Id).one(db).await
}

/// The live registration of an address that has waited longest for a mail. In turn, so that whoever registers somebody
/// else's address again and again can't keep the owner's own registration from being mailed.
///
/// # Errors
/// The database's.
pub async fn next_to_mail(db: &impl ConnectionTrait, email: &EmailAddress, now: i64) -> Result<Option<Model>, DbErr> {
    let theirs = Entity::find().filter(Column::EmailKey.eq(email.key())).filter(Column::ExpiresAt.gt(now));
    // The databases sort null differently.
    let waited = theirs.order_by_asc(Expr::cust("coalesce(mailed_at, 0)")).order_by_asc(Column::Id);
    waited.limit(1).one(db).await
}

/// Notes that a mail is due for it.
///
/// # Errors
/// The database's.
pub async fn set_mailed(tx: &impl ConnectionTrait, id: i64, now: i64) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(Column::MailedAt, Expr::value(now));
    update.filter(Column::Id.eq(id)).exec(tx).await.map(|_| ())
}

/// Drops every registration of an address, and their tokens with them.
///
/// # Errors
/// The database's.
pub async fn delete_of_email(tx: &impl ConnectionTrait, email_key: &str) -> Result<(), DbErr> {
    Entity::delete_many().filter(Column::EmailKey.eq(email_key)).exec(tx).await.map(|_| ())
}
