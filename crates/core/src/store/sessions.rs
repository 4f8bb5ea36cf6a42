//! Queries on `sessions`.

use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};

use crate::kinds::RevokedReason;

use super::entity::{
    session::{Column, Entity, Model},
    user,
};
use super::second_factor;

/// Inserts a session.
pub async fn insert(tx: &impl ConnectionTrait, session: Model) -> Result<Model, DbErr> {
    session.into_active_model().insert(tx).await
}

/// The session and its user.
pub async fn with_user(db: &impl ConnectionTrait, id: &str) -> Result<Option<(Model, user::Model)>, DbErr> {
    let joined = Entity::find_by_id(id).inner_join_user();
    let row = joined.one(db).await?;
    Ok(row.and_then(|(session, user)| user.map(|user| (session, user))))
}

/// The join of [`with_user`]: the entities declare no relations.
trait JoinUser {
    fn inner_join_user(self) -> sea_orm::SelectTwo<Entity, user::Entity>;
}

impl JoinUser for sea_orm::Select<Entity> {
    fn inner_join_user(self) -> sea_orm::SelectTwo<Entity, user::Entity> {
        let relation: sea_orm::RelationDef =
            Entity::belongs_to(user::Entity).from(Column::UserId).to(user::Column::Id).into();
        self.join(sea_orm::JoinType::InnerJoin, relation).select_also(user::Entity)
    }
}

/// Locks a session until the transaction ends.
pub async fn lock(tx: &impl ConnectionTrait, id: &str) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).lock_exclusive().one(tx).await
}

/// Values of a token rotation.
#[derive(Debug)]
pub struct Rotation<'a> {
    /// `jti` of the presented token.
    pub presented: &'a str,
    /// `jti` of the new token.
    pub successor: &'a str,
    /// Unix time in seconds.
    pub now: i64,
    /// The new idle expiry: Unix time in seconds.
    pub idle_expires_at: i64,
    /// The device of the client.
    pub device: &'a str,
    /// The network of the client.
    pub network: &'a str,
    /// The IP address of the client.
    pub ip: &'a str,
    /// The user agent of the client.
    pub user_agent: &'a str,
}

/// Rotates the token of a live session, if `presented` is the current one: a single compare-and-swap.
pub async fn rotate(tx: &impl ConnectionTrait, id: &str, rotation: &Rotation<'_>) -> Result<bool, DbErr> {
    let update = Entity::update_many()
        .col_expr(Column::PreviousJti, Expr::value(rotation.presented))
        .col_expr(Column::Jti, Expr::value(rotation.successor))
        .col_expr(Column::Generation, Expr::col(Column::Generation).add(1))
        .col_expr(Column::Confirmed, Expr::value(false))
        .col_expr(Column::IssuedAt, Expr::value(rotation.now))
        .col_expr(Column::RotatedAt, Expr::value(rotation.now))
        .col_expr(Column::RotatedDevice, Expr::value(rotation.device))
        .col_expr(Column::RotatedNetwork, Expr::value(rotation.network))
        .col_expr(Column::LastSeenAt, Expr::value(rotation.now))
        .col_expr(Column::IdleExpiresAt, Expr::value(rotation.idle_expires_at))
        .col_expr(Column::Ip, Expr::value(rotation.ip))
        .col_expr(Column::UserAgent, Expr::value(rotation.user_agent));
    let current = update.filter(Column::Id.eq(id)).filter(Column::Jti.eq(rotation.presented));
    let live = current
        .filter(Column::RevokedAt.is_null())
        .filter(Column::RefreshExpiresAt.gt(rotation.now))
        .filter(Column::IdleExpiresAt.gt(rotation.now));
    Ok(live.exec(tx).await?.rows_affected == 1)
}

/// Gives the current token a new issue time, without rotating it.
pub async fn reissue(tx: &impl ConnectionTrait, id: &str, now: i64) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::IssuedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .exec(tx)
        .await
        .map(|_| ())
}

/// Marks the current token as used, if it still is `jti`.
pub async fn confirm(db: &impl ConnectionTrait, id: &str, jti: &str) -> Result<(), DbErr> {
    let update = Entity::update_many().col_expr(Column::Confirmed, Expr::value(true));
    update.filter(Column::Id.eq(id)).filter(Column::Jti.eq(jti)).exec(db).await.map(|_| ())
}

/// Updates last use and idle expiry of a live session.
pub async fn touch(
    db: &impl ConnectionTrait,
    id: &str,
    now: i64,
    idle_expires_at: i64,
    ip: &str,
    user_agent: &str,
) -> Result<(), DbErr> {
    let update = Entity::update_many()
        .col_expr(Column::LastSeenAt, Expr::value(now))
        .col_expr(Column::IdleExpiresAt, Expr::value(idle_expires_at))
        .col_expr(Column::Ip, Expr::value(ip))
        .col_expr(Column::UserAgent, Expr::value(user_agent));
    let live = update.filter(Column::Id.eq(id)).filter(Column::RevokedAt.is_null()).filter(Column::LastSeenAt.lt(now));
    live.filter(Column::IdleExpiresAt.gt(now)).exec(db).await.map(|_| ())
}

/// Revokes a session; `false` if it was already revoked.
pub async fn revoke(tx: &impl ConnectionTrait, id: &str, now: i64, reason: RevokedReason) -> Result<bool, DbErr> {
    let update = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now))
        .col_expr(Column::RevokedReason, Expr::value(reason));
    Ok(update.filter(Column::Id.eq(id)).filter(Column::RevokedAt.is_null()).exec(tx).await?.rows_affected == 1)
}

/// Revokes all sessions of an account and returns their number. Also ends its logins that wait for the second factor.
pub async fn revoke_all(
    tx: &impl ConnectionTrait,
    user_id: i64,
    now: i64,
    reason: RevokedReason,
) -> Result<u64, DbErr> {
    second_factor::delete_challenges(tx, user_id).await?;
    let update = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now))
        .col_expr(Column::RevokedReason, Expr::value(reason));
    Ok(update.filter(Column::UserId.eq(user_id)).filter(Column::RevokedAt.is_null()).exec(tx).await?.rows_affected)
}

/// Revokes the sessions of all accounts and returns their number.
pub async fn revoke_of_all(tx: &impl ConnectionTrait, now: i64, reason: RevokedReason) -> Result<u64, DbErr> {
    let update = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now))
        .col_expr(Column::RevokedReason, Expr::value(reason));
    Ok(update.filter(Column::RevokedAt.is_null()).exec(tx).await?.rows_affected)
}

/// Whether a session of the account was last renewed on `device`; `None` if the account has no sessions.
pub async fn was_on_device(db: &impl ConnectionTrait, user_id: i64, device: &str) -> Result<Option<bool>, DbErr> {
    let all = Entity::find().filter(Column::UserId.eq(user_id));
    if all.clone().one(db).await?.is_none() {
        return Ok(None);
    }
    Ok(Some(all.filter(Column::RotatedDevice.eq(device)).one(db).await?.is_some()))
}

/// Revokes all sessions of an account except `kept` and returns their number.
pub async fn revoke_others(
    tx: &impl ConnectionTrait,
    user_id: i64,
    kept: &str,
    now: i64,
    reason: RevokedReason,
) -> Result<u64, DbErr> {
    let update = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now))
        .col_expr(Column::RevokedReason, Expr::value(reason));
    let others = update.filter(Column::UserId.eq(user_id)).filter(Column::Id.ne(kept));
    Ok(others.filter(Column::RevokedAt.is_null()).exec(tx).await?.rows_affected)
}

/// The live sessions of an account, most recently used first.
pub async fn live(db: &impl ConnectionTrait, user_id: i64, now: i64) -> Result<Vec<Model>, DbErr> {
    let live = Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::RefreshExpiresAt.gt(now))
        .filter(Column::IdleExpiresAt.gt(now));
    live.order_by_desc(Column::LastSeenAt).order_by_desc(Column::CreatedAt).all(db).await
}

/// The ids of all live sessions of an account except the `keep` most recently used ones.
pub async fn surplus(tx: &impl ConnectionTrait, user_id: i64, now: i64, keep: u64) -> Result<Vec<String>, DbErr> {
    let live = Entity::find()
        .filter(Column::UserId.eq(user_id))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::RefreshExpiresAt.gt(now))
        .filter(Column::IdleExpiresAt.gt(now));
    let by_use = live.order_by_desc(Column::LastSeenAt).order_by_desc(Column::CreatedAt);
    let rows = by_use.select_only().column(Column::Id).offset(keep).limit(1000).into_tuple::<String>();
    rows.all(tx).await
}
