//! Queries on `users`.

use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, SqlErr,
};

use super::entity::user::{ActiveModel, Column, Entity, Model};
use latchkey_types::{EmailAddress, Role, Roles, Username};

/// Values of a new account.
#[derive(Debug)]
pub struct NewUser<'a> {
    /// Unique, regardless of case.
    pub username: &'a Username,
    /// Unique, regardless of case.
    pub email: Option<&'a EmailAddress>,
    /// A hash, or [`UNUSABLE`](crate::security::password_hash::UNUSABLE).
    pub password_hash: String,
    /// The roles of the account.
    pub roles: Roles,
    /// 16 random bytes, base64url.
    pub public_id: String,
    /// Unix time in seconds.
    pub created_at: i64,
    /// Unix time in seconds; `None` if nobody has shown that the email address is theirs.
    pub email_confirmed_at: Option<i64>,
}

/// Why an account was not inserted or changed.
#[derive(Debug, thiserror::Error)]
pub enum InsertError {
    /// Another account has the username.
    #[error("the username is taken")]
    UsernameTaken,
    /// Another account has the email address.
    #[error("the email address is taken")]
    EmailTaken,
    /// Any other database error.
    #[error(transparent)]
    Db(#[from] DbErr),
}

/// Inserts an account. The unique indexes decide between parallel inserts; a query beforehand could not.
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
        email_confirmed_at: Set(new.email_confirmed_at),
        ..Default::default()
    };
    row.insert(db).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(what)) if what.contains("username_key") => InsertError::UsernameTaken,
        Some(SqlErr::UniqueConstraintViolation(what)) if what.contains("email_key") => InsertError::EmailTaken,
        _ => InsertError::Db(error),
    })
}

/// The account with this username.
pub async fn by_username(db: &impl ConnectionTrait, username: &Username) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::UsernameKey.eq(username.key())).one(db).await
}

/// The account with this email address.
pub async fn by_email(db: &impl ConnectionTrait, email: &EmailAddress) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::EmailKey.eq(email.key())).one(db).await
}

/// Locks an account until the transaction ends.
pub async fn lock(tx: &impl ConnectionTrait, id: i64) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).lock_exclusive().one(tx).await
}

/// The account with this id.
pub async fn by_id(db: &impl ConnectionTrait, id: i64) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(db).await
}

/// The account with this `public_id`.
pub async fn by_public_id(db: &impl ConnectionTrait, public_id: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::PublicId.eq(public_id)).one(db).await
}

/// Pairs of `public_id` and username of the accounts with these ids.
pub async fn names(db: &impl ConnectionTrait, public_ids: Vec<String>) -> Result<Vec<(String, String)>, DbErr> {
    let columns = Entity::find().select_only().column(Column::PublicId).column(Column::Username);
    columns.filter(Column::PublicId.is_in(public_ids)).into_tuple().all(db).await
}

/// The accounts whose `key` begins with `prefix`, ordered by `key`, from the one after `after` on; at most `limit`.
///
/// A range condition, because neither database uses an index for `LIKE` by default.
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

/// Like [`beginning_with`], for accounts whose email address begins with `prefix` and whose username does not.
#[must_use]
pub fn by_address_alone(prefix: &str, after: Option<&str>, limit: u64) -> Select<Entity> {
    let by_name = Column::UsernameKey.gte(prefix).and(Column::UsernameKey.lt(end_of(prefix)));
    beginning_with(Column::EmailKey, prefix, after, limit).filter(by_name.not())
}

/// Restricts a query to accounts with a role, and to active or deactivated ones. No index helps: the database reads the
/// accounts in order until it has found enough.
#[must_use]
pub fn having(found: Select<Entity>, role: Option<&Role>, is_active: Option<bool>) -> Select<Entity> {
    let with_role = |role: &Role| {
        let list = Expr::cust("',' || roles || ','");
        // `_` stands for any character; roles contain no other special ones.
        list.like(LikeExpr::new(format!("%,{},%", role.as_str().replace('_', "\\_"))).escape('\\'))
    };
    let found = found.apply_if(role, |found, role| found.filter(with_role(role)));
    found.apply_if(is_active, |found, is_active| found.filter(Column::IsActive.eq(is_active)))
}

/// How many accounts a query finds, up to `max`.
pub async fn count(db: &impl ConnectionTrait, found: Select<Entity>, max: u64) -> Result<u64, DbErr> {
    let ids = found.select_only().column(Column::Id).limit(max).into_tuple::<i64>().all(db).await?;
    Ok(ids.len() as u64)
}

/// The end of the range of keys that begin with `prefix`: keys are printable ASCII, and DEL follows it.
fn end_of(prefix: &str) -> String {
    format!("{prefix}\u{7f}")
}

/// The keys of all usernames and email addresses.
pub async fn keys(db: &impl ConnectionTrait) -> Result<Vec<(String, Option<String>)>, DbErr> {
    Entity::find().select_only().column(Column::UsernameKey).column(Column::EmailKey).into_tuple().all(db).await
}

/// Replaces a password hash, unless the password has been changed meanwhile.
pub async fn replace_hash(db: &impl ConnectionTrait, id: i64, old: &str, new: &str) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(Column::Password, Expr::value(new));
    update.filter(Column::Id.eq(id)).filter(Column::Password.eq(old)).exec(db).await.map(|_| ())
}

/// Deletes an account and, by foreign keys, its dependent rows.
pub async fn delete(tx: &impl ConnectionTrait, id: i64) -> Result<(), DbErr> {
    Entity::delete_by_id(id).exec(tx).await.map(|_| ())
}

/// Replaces the password hash, whatever it is.
pub async fn set_password(tx: &impl ConnectionTrait, id: i64, hash: &str) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(Column::Password, Expr::value(hash));
    update.filter(Column::Id.eq(id)).exec(tx).await.map(|_| ())
}

/// Replaces the email address by one that was confirmed at `confirmed_at`.
///
/// # Errors
/// [`InsertError::EmailTaken`] if the unique index refuses it.
pub async fn set_email(
    tx: &impl ConnectionTrait,
    id: i64,
    email: &EmailAddress,
    confirmed_at: i64,
) -> Result<(), InsertError> {
    let update = Entity::update_many()
        .col_expr(Column::Email, Expr::value(email.as_str()))
        .col_expr(Column::EmailKey, Expr::value(email.key()))
        .col_expr(Column::EmailConfirmedAt, Expr::value(confirmed_at));
    let updated = update.filter(Column::Id.eq(id)).exec(tx).await;
    updated.map(|_| ()).map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => InsertError::EmailTaken,
        _ => InsertError::Db(error),
    })
}

/// Records that the owner of the account reads its email, unless that is known already.
pub async fn confirm_email(tx: &impl ConnectionTrait, id: i64, at: i64) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(Column::EmailConfirmedAt, Expr::value(at));
    update.filter(Column::Id.eq(id)).filter(Column::EmailConfirmedAt.is_null()).exec(tx).await.map(|_| ())
}

/// Sets since when a login needs a second factor, or that it needs none.
pub async fn set_second_factor(tx: &impl ConnectionTrait, id: i64, since: Option<i64>) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(Column::SecondFactorAt, Expr::value(since));
    update.filter(Column::Id.eq(id)).exec(tx).await.map(|_| ())
}

/// Sets `last_login_at`.
pub async fn set_last_login(db: &impl ConnectionTrait, id: i64, at: i64) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::LastLoginAt, Expr::value(at))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await
        .map(|_| ())
}

/// Sets `is_active` and `roles`.
pub async fn set_access(db: &impl ConnectionTrait, id: i64, is_active: bool, roles: &Roles) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(Column::IsActive, Expr::value(is_active));
    let update = update.col_expr(Column::Roles, Expr::value(roles.to_string()));
    update.filter(Column::Id.eq(id)).exec(db).await.map(|_| ())
}

/// Locks the active administrators until the transaction ends, so that the last two can't remove each other in
/// parallel.
pub async fn lock_active_admins(tx: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    let locked = admin_candidates().lock_exclusive().all(tx).await?;
    Ok(locked.into_iter().filter(|user| Roles::parse(&user.roles).is_ok_and(|roles| roles.has(Role::ADMIN))).collect())
}

/// The active accounts whose roles contain `admin`, even inside a longer word.
#[must_use]
pub fn admin_candidates() -> Select<Entity> {
    // Must be the exact condition of the partial index `users_admins`, without a parameter: SQLite compares the text.
    let candidates = Entity::find().filter(Expr::cust("roles LIKE '%admin%'")).filter(Column::IsActive.eq(true));
    candidates.order_by_asc(Column::Id)
}
