//! Queries on `outbox`. A mail is put in by [`insert`] in the transaction that causes it, and belongs to one worker at
//! a time from [`claim`] until it is [`finish`]ed, [`give_up`] or [`postpone`]d.

use latchkey_types::SiteCode;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, Iterable, QueryFilter,
    QueryOrder, QuerySelect, UpdateMany,
};

use super::after_commit;
use super::entity::outbox::{ActiveModel, Column, Entity, Model};
pub use crate::kinds::Template;

/// What a new mail is about.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subject<'a> {
    /// An account.
    pub user_id: Option<i64>,
    /// A registration.
    pub registration_id: Option<i64>,
    /// A change of address.
    pub email_change_id: Option<i64>,
    /// A session.
    pub session_id: Option<&'a str>,
    /// Which email of the application, for [`Template::Site`].
    pub site_code: Option<&'a SiteCode>,
    /// What an email of the application is about: the id of a row.
    pub reference: Option<&'a str>,
}

/// Puts in a mail that is due at once; the worker of this node is woken by the commit.
///
/// # Errors
/// The database's.
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

/// Claims the mail that is due longest and that nobody else has, if there is one.
///
/// # Errors
/// The database's.
pub async fn claim(tx: &impl ConnectionTrait, by: &str, now: i64, until: i64) -> Result<Option<Model>, DbErr> {
    let free = Condition::any().add(Column::ClaimedUntil.is_null()).add(Column::ClaimedUntil.lte(now));
    let first = Entity::find()
        .filter(Column::DueAt.lte(now))
        // What a later release put in is left to it.
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

/// Ends what is due and is no mail, all at once: asking for mails to made-up addresses must not hold up the others.
///
/// # Errors
/// The database's.
pub async fn complete_noops(tx: &impl ConnectionTrait, now: i64) -> Result<(), DbErr> {
    let done = Entity::update_many()
        .col_expr(Column::SentAt, Expr::value(now))
        .col_expr(Column::DueAt, Expr::value(None::<i64>))
        .filter(Column::Template.eq(Template::Noop))
        .filter(Column::DueAt.lte(now));
    done.exec(tx).await.map(|_| ())
}

/// Whether the notice to the old address of a change was not delivered yet, nor given up.
///
/// # Errors
/// The database's.
pub async fn awaits_notice(tx: &impl ConnectionTrait, email_change_id: i64) -> Result<bool, DbErr> {
    let notice = Entity::find()
        .filter(Column::EmailChangeId.eq(email_change_id))
        .filter(Column::Template.eq(Template::AddressChangeNotice))
        .filter(Column::DueAt.is_not_null());
    Ok(notice.one(tx).await?.is_some())
}

/// Notes that a claimed mail was handed over, or is wanted no more; `false` if the claim had run out meanwhile.
///
/// # Errors
/// The database's.
pub async fn finish(tx: &impl ConnectionTrait, mail: &Model, now: i64) -> Result<bool, DbErr> {
    let sent = released(mail).col_expr(Column::SentAt, Expr::value(now));
    Ok(sent.col_expr(Column::DueAt, Expr::value(None::<i64>)).exec(tx).await?.rows_affected == 1)
}

/// Notes that a claimed mail can't be delivered; `false` if the claim had run out meanwhile.
///
/// # Errors
/// The database's.
pub async fn give_up(tx: &impl ConnectionTrait, mail: &Model, now: i64) -> Result<bool, DbErr> {
    let failed = released(mail).col_expr(Column::FailedAt, Expr::value(now));
    Ok(failed.col_expr(Column::DueAt, Expr::value(None::<i64>)).exec(tx).await?.rows_affected == 1)
}

/// Gives a claimed mail back until `due_at`; `false` if the claim had run out meanwhile.
///
/// # Errors
/// The database's.
pub async fn postpone(tx: &impl ConnectionTrait, mail: &Model, due_at: i64) -> Result<bool, DbErr> {
    let later = released(mail).col_expr(Column::DueAt, Expr::value(due_at));
    Ok(later.exec(tx).await?.rows_affected == 1)
}

/// Whether a later mail of the same kind about the same account is due or was sent.
///
/// # Errors
/// The database's.
pub async fn is_superseded(db: &impl ConnectionTrait, mail: &Model) -> Result<bool, DbErr> {
    let later = Entity::find().filter(Column::Template.eq(mail.template)).filter(Column::UserId.eq(mail.user_id));
    Ok(later.filter(Column::Id.gt(mail.id)).one(db).await?.is_some())
}

/// An update of a mail that its claimant still holds, which ends the claim.
fn released(mail: &Model) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::ClaimedBy, Expr::value(None::<String>))
        .col_expr(Column::ClaimedUntil, Expr::value(None::<i64>))
        .filter(Column::Id.eq(mail.id))
        .filter(Column::ClaimedBy.eq(mail.claimed_by.clone()))
        .filter(Column::Attempts.eq(mail.attempts))
}
