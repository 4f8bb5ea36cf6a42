//! Queries on `outbox`.
//!
//! [`insert`] queues an email in the transaction that causes it. From [`claim`] until [`finish`], [`give_up`] or
//! [`postpone`], it belongs to one worker.

use latchkey_types::SiteCode;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, Iterable, QueryFilter,
    QueryOrder, QuerySelect, UpdateMany,
};

use super::after_commit;
use super::entity::outbox::{ActiveModel, Column, Entity, Model};
pub use crate::kinds::Template;

/// The subject of an email.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subject<'a> {
    /// The account, if it is about one.
    pub user_id: Option<i64>,
    /// The registration, if it is about one.
    pub registration_id: Option<i64>,
    /// The email change, if it is about one.
    pub email_change_id: Option<i64>,
    /// The session, if it is about one.
    pub session_id: Option<&'a str>,
    /// The email of the application, for [`Template::Site`].
    pub site_code: Option<&'a SiteCode>,
    /// The id of the row that an email of the application is about.
    pub reference: Option<&'a str>,
}

/// Queues an email that is due at once. The commit notifies the worker of this node.
pub async fn insert(
    tx: &impl ConnectionTrait,
    template: Template,
    subject: Subject<'_>,
    now: i64,
) -> Result<(), DbErr> {
    let row = ActiveModel {
        template: Set(template),
        user_id: Set(subject.user_id),
        registration_id: Set(subject.registration_id),
        email_change_id: Set(subject.email_change_id),
        session_id: Set(subject.session_id.map(str::to_owned)),
        site_code: Set(subject.site_code.map(|code| code.as_str().to_owned())),
        reference: Set(subject.reference.map(str::to_owned)),
        created_at: Set(now),
        due_at: Set(Some(now)),
        attempts: Set(0),
        ..Default::default()
    };
    row.insert(tx).await?;
    after_commit::notify_worker();
    Ok(())
}

/// Claims the email that has been due longest and is not claimed by another worker.
pub async fn claim(tx: &impl ConnectionTrait, by: &str, now: i64, until: i64) -> Result<Option<Model>, DbErr> {
    let free = Condition::any().add(Column::ClaimedUntil.is_null()).add(Column::ClaimedUntil.lte(now));
    let first = Entity::find()
        .filter(Column::DueAt.lte(now))
        // Skips templates of a later release on the same database.
        .filter(Column::Template.is_in(Template::iter()))
        .filter(free)
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Id)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .one(tx)
        .await?;
    let Some(mail) = first else { return Ok(None) };
    Entity::update_many()
        .col_expr(Column::ClaimedBy, Expr::value(by))
        .col_expr(Column::ClaimedUntil, Expr::value(until))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Id.eq(mail.id))
        .exec(tx)
        .await?;
    Ok(Some(Model { claimed_by: Some(by.to_owned()), claimed_until: Some(until), attempts: mail.attempts + 1, ..mail }))
}

/// Completes all due [`Template::Noop`] rows at once: requests for made-up addresses must not delay real emails.
pub async fn complete_noops(tx: &impl ConnectionTrait, now: i64) -> Result<(), DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::SentAt, Expr::value(now))
        .col_expr(Column::DueAt, Expr::value(None::<i64>))
        .filter(Column::Template.eq(Template::Noop))
        .filter(Column::DueAt.lte(now));
    done.exec(tx).await.map(|_| ())
}

/// Whether the notice to the old address of an email change is still queued.
pub async fn awaits_notice(tx: &impl ConnectionTrait, email_change_id: i64) -> Result<bool, DbErr> {
    let notice = Entity::find()
        .filter(Column::EmailChangeId.eq(email_change_id))
        .filter(Column::Template.eq(Template::AddressChangeNotice))
        .filter(Column::DueAt.is_not_null());
    Ok(notice.one(tx).await?.is_some())
}

/// Marks a claimed email as sent or skipped; `false` if the claim was lost meanwhile.
pub async fn finish(tx: &impl ConnectionTrait, mail: &Model, now: i64) -> Result<bool, DbErr> {
    let sent = released(mail).col_expr(Column::SentAt, Expr::value(now));
    Ok(sent.col_expr(Column::DueAt, Expr::value(None::<i64>)).exec(tx).await?.rows_affected == 1)
}

/// Marks a claimed email as given up; `false` if the claim was lost meanwhile.
pub async fn give_up(tx: &impl ConnectionTrait, mail: &Model, now: i64) -> Result<bool, DbErr> {
    let failed = released(mail).col_expr(Column::FailedAt, Expr::value(now));
    Ok(failed.col_expr(Column::DueAt, Expr::value(None::<i64>)).exec(tx).await?.rows_affected == 1)
}

/// Releases a claimed email until `due_at`; `false` if the claim was lost meanwhile.
pub async fn postpone(tx: &impl ConnectionTrait, mail: &Model, due_at: i64) -> Result<bool, DbErr> {
    let later = released(mail).col_expr(Column::DueAt, Expr::value(due_at));
    Ok(later.exec(tx).await?.rows_affected == 1)
}

/// Whether a later email with the same template was queued for the same account.
pub async fn is_superseded(db: &impl ConnectionTrait, mail: &Model) -> Result<bool, DbErr> {
    let later = Entity::find().filter(Column::Template.eq(mail.template)).filter(Column::UserId.eq(mail.user_id));
    Ok(later.filter(Column::Id.gt(mail.id)).one(db).await?.is_some())
}

/// An update that ends the claim of an email, if its worker still holds it.
fn released(mail: &Model) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::ClaimedBy, Expr::value(None::<String>))
        .col_expr(Column::ClaimedUntil, Expr::value(None::<i64>))
        .filter(Column::Id.eq(mail.id))
        .filter(Column::ClaimedBy.eq(mail.claimed_by.clone()))
        .filter(Column::Attempts.eq(mail.attempts))
}
