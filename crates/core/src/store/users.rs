//! Queries on `users`.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Select, SqlErr,
};

use super::entity::user::{ActiveModel, Column, Entity, Model};
use latchkey_types::{EmailAddress, Role, Roles, Username};

/// What a new account is made of.
#[derive(Debug)]
pub struct NewUser<'a> {
    /// Its name.
    pub username: &'a Username,
    /// Its address, if it has one.
    pub email: Option<&'a EmailAddress>,
    /// The hash of its password.
    pub password_hash: String,
    /// What it may do.
    pub roles: Roles,
    /// 16 random bytes, base64url.
    pub public_id: String,
    /// Seconds since 1970.
    pub created_at: i64,
}

/// Why an account could not be added.
#[derive(Debug, thiserror::Error)]
pub enum InsertError {
    /// Somebody has the name.
    #[error("username taken")]
    UsernameTaken,
    /// Somebody has the address.
    #[error("e-mail taken")]
    EmailTaken,
    /// The database.
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// Adds an account. The unique indexes decide who was first; a look before could not.
///
/// # Errors
/// [`InsertError`].
pub async fn insert(db: &impl ConnectionTrait, new: NewUser<'_>) -> Result<Model, InsertError> {
    let row = ActiveModel {
        username: Set(new.username.as_str().to_owned()),
        email: Set(new.email.map(|email| email.as_str().to_owned())),
        password: Set(new.password_hash),
        roles: Set(new.roles.to_string()),
        is_active: Set(true),
        public_id: Set(new.public_id),
        username_key: Set(new.username.key()),
        email_key: Set(new.email.map(EmailAddress::key)),
        created_at: Set(new.created_at),
        ..Default::default()
    };
    row.insert(db).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(what)) if what.contains("username_key") => InsertError::UsernameTaken,
        Some(SqlErr::UniqueConstraintViolation(what)) if what.contains("email_key") => InsertError::EmailTaken,
        _ => InsertError::Db(error),
    })
}

/// The account with this name.
///
/// # Errors
/// The database's.
pub async fn by_username(db: &impl ConnectionTrait, username: &Username) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::UsernameKey.eq(username.key())).one(db).await
}

/// The account with this address.
///
/// # Errors
/// The database's.
pub async fn by_email(db: &impl ConnectionTrait, email: &EmailAddress) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::EmailKey.eq(email.key())).one(db).await
}

/// The account, held against changes by others until the transaction ends.
///
/// # Errors
/// The database's.
pub async fn lock(tx: &impl ConnectionTrait, id: i64) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).lock_exclusive().one(tx).await
}

/// The account as it is now.
///
/// # Errors
/// The database's.
pub async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(db).await
}

/// The account with this `public_id`.
///
/// # Errors
/// The database's.
pub async fn by_public_id(db: &impl ConnectionTrait, public_id: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::PublicId.eq(public_id)).one(db).await
}

/// The names and ids of the accounts with these ids, for showing them.
///
/// # Errors
/// The database's.
pub async fn names(db: &impl ConnectionTrait, public_ids: Vec<String>) -> Result<Vec<(String, String)>, DbErr> {
    let columns = Entity::find().select_only().column(Column::PublicId).column(Column::Username);
    columns.filter(Column::PublicId.is_in(public_ids)).into_tuple().all(db).await
}

/// The accounts whose `key` begins with `prefix`, in its order, from the one after `after` on; `limit` at most.
///
/// Asked for as a range: neither database uses an index for `LIKE` with its defaults.
#[must_use]
pub fn beginning_with(key: Column, prefix: &str, after: Option<&str>, limit: u64) -> Select<Entity> {
    let mut found = Entity::find().order_by_asc(key).limit(limit);
    if !prefix.is_empty() {
        found = found.filter(key.gte(prefix)).filter(key.lt(end_of(prefix)));
    }
    match after {
        Some(after) => found.filter(key.gt(after)),
        None => found,
    }
}

/// The accounts whose address begins with `prefix` and whose name does not, else as [`beginning_with`].
#[must_use]
pub fn by_address_alone(prefix: &str, after: Option<&str>, limit: u64) -> Select<Entity> {
    let by_name = Column::UsernameKey.gte(prefix).and(Column::UsernameKey.lt(end_of(prefix)));
    beginning_with(Column::EmailKey, prefix, after, limit).filter(by_name.not())
}

/// What comes after all keys that begin with `prefix`: they are printable ASCII, and DEL comes after that.
fn end_of(prefix: &str) -> String {
    format!("{prefix}\u{7f}")
}

/// The keys of every name and address.
///
/// # Errors
/// The database's.
pub async fn keys(db: &impl ConnectionTrait) -> Result<Vec<(String, Option<String>)>, DbErr> {
    Entity::find().select_only().column(Column::UsernameKey).column(Column::EmailKey).into_tuple().all(db).await
}

/// Replaces a hash, unless the password was changed meanwhile.
///
/// # Errors
/// The database's.
pub async fn replace_hash(db: &impl ConnectionTrait, id: i64, old: &str, new: &str) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(Column::Password, Expr::value(new));
    update.filter(Column::Id.eq(id)).filter(Column::Password.eq(old)).exec(db).await.map(|_| ())
}

/// Removes an account and, by the foreign keys, what belongs to it.
///
/// # Errors
/// The database's.
pub async fn delete(tx: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    Entity::delete_by_id(id).exec(tx).await.map(|_| ())
}

/// Replaces the password, whatever it was.
///
/// # Errors
/// The database's.
pub async fn set_password(tx: &impl ConnectionTrait, id: i64, hash: &str) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(Column::Password, Expr::value(hash));
    update.filter(Column::Id.eq(id)).exec(tx).await.map(|_| ())
}

/// Replaces the address. The unique index decides whether it is free.
///
/// # Errors
/// [`InsertError::EmailTaken`], or the database's.
pub async fn set_email(tx: &impl ConnectionTrait, id: i64, email: &EmailAddress) -> Result<(), InsertError> {
    let update = Entity::update_many()
        .col_expr(Column::Email, Expr::value(email.as_str()))
        .col_expr(Column::EmailKey, Expr::value(email.key()));
    let updated = update.filter(Column::Id.eq(id)).exec(tx).await;
    updated.map(|_| ()).map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => InsertError::EmailTaken,
        _ => InsertError::Db(error),
    })
}

/// Notes a login.
///
/// # Errors
/// The database's.
pub async fn set_last_login(db: &impl ConnectionTrait, id: i64, at: i64) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::LastLoginAt, Expr::value(at))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await
        .map(|_| ())
}

/// Sets whether the account may be used, and what it may do.
///
/// # Errors
/// The database's.
pub async fn set_access(db: &impl ConnectionTrait, id: i64, is_active: bool, roles: &Roles) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(Column::IsActive, Expr::value(is_active));
    let update = update.col_expr(Column::Roles, Expr::value(roles.to_string()));
    update.filter(Column::Id.eq(id)).exec(db).await.map(|_| ())
}

/// The active administrators, held against changes until the transaction ends, so that the last two can't take each
/// other away at once.
///
/// # Errors
/// The database's.
pub async fn lock_active_admins(tx: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    let locked = admin_candidates().lock_exclusive().all(tx).await?;
    Ok(locked.into_iter().filter(|user| Roles::parse(&user.roles).is_ok_and(|roles| roles.has(Role::ADMIN))).collect())
}

/// The active accounts among whose roles `admin` occurs, be it inside a longer word.
#[must_use]
pub fn admin_candidates() -> Select<Entity> {
    // Word for word as in the index `users_admins`, and no parameter: SQLite compares texts.
    let candidates = Entity::find().filter(Expr::cust("roles LIKE '%admin%'")).filter(Column::IsActive.eq(true));
    candidates.order_by_asc(Column::Id)
}
