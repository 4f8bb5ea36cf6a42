//! Queries on `outbox`.
//!
//! [`insert`] queues an email in the transaction that causes it. From [`claim`] until [`finish`], [`give_up`] or
//! [`postpone`], it belongs to one worker.

use latchkey_types::SiteCode;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, LockBehavior, LockType};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, Iterable, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, UpdateMany,
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

/// The address key of the recipient, or nothing.
const RECIPIENT: &str = r#"COALESCE(CASE
    WHEN "outbox"."template" = 'confirm_new_address'
    THEN (SELECT "email_key" FROM "email_changes" WHERE "email_changes"."id" = "outbox"."email_change_id")
    WHEN "outbox"."registration_id" IS NOT NULL
    THEN (SELECT "email_key" FROM "registrations" WHERE "registrations"."id" = "outbox"."registration_id")
    ELSE (SELECT "email_key" FROM "users" WHERE "users"."id" = "outbox"."user_id") END, '')"#;

/// A confirmed change of the address can't be cancelled, so the notice to the old address is sent first.
const AWAITS_NOTICE: &str = r#""outbox"."template" = 'confirm_new_address' AND EXISTS (
    SELECT 1 FROM "outbox" AS "notice" WHERE "notice"."email_change_id" = "outbox"."email_change_id"
    AND "notice"."template" = 'address_change_notice' AND "notice"."due_at" IS NOT NULL)"#;

/// Emails that anyone can cause in any number wait for those that somebody waits for.
const PRIORITY: &str =
    r#"CASE WHEN "outbox"."template" IN ('confirm', 'already_registered', 'site') THEN 1 ELSE 0 END"#;

/// Claims the email that has been due longest, has the highest priority, and is not claimed by another worker. Emails to
/// the domains in `busy` are left out.
pub async fn claim(
    tx: &impl ConnectionTrait,
    by: &str,
    busy: &[String],
    now: i64,
    until: i64,
) -> Result<Option<Model>, DbErr> {
    let free = Condition::any().add(Column::ClaimedUntil.is_null()).add(Column::ClaimedUntil.lte(now));
    let to_others = busy
        .iter()
        .fold(Condition::all(), |others, domain| others.add(Expr::cust(RECIPIENT).not_like(format!("%@{domain}"))));
    let first = Entity::find()
        .filter(Column::DueAt.lte(now))
        .filter(Expr::cust(AWAITS_NOTICE).not())
        .filter(to_others)
        // Skips templates of a later release on the same database.
        .filter(Column::Template.is_in(Template::iter()))
        .filter(free)
        .order_by_asc(Expr::cust(PRIORITY))
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

/// Deletes all due [`Template::Noop`] rows at once: requests for made-up addresses neither delay emails nor fill the table.
pub async fn delete_noops(tx: &impl ConnectionTrait, now: i64) -> Result<(), DbErr> {
    let due = Entity::delete_many().filter(Column::Template.eq(Template::Noop)).filter(Column::DueAt.lte(now));
    due.exec(tx).await.map(|_| ())
}

/// The emails whose links lead into an account.
const LINKS: [Template; 2] = [Template::Reset, Template::LoginLink];

/// Deletes the queued links of an account to reset its password or to log in, when its other links become invalid.
pub async fn delete_resets(tx: &impl ConnectionTrait, user_id: i64) -> Result<(), DbErr> {
    let resets = Entity::delete_many().filter(Column::UserId.eq(user_id)).filter(Column::Template.is_in(LINKS));
    resets.filter(Column::DueAt.is_not_null()).exec(tx).await.map(|_| ())
}

/// Deletes the queued links of all accounts to reset passwords or to log in.
pub async fn delete_all_resets(tx: &impl ConnectionTrait) -> Result<(), DbErr> {
    let resets = Entity::delete_many().filter(Column::Template.is_in(LINKS));
    resets.filter(Column::DueAt.is_not_null()).exec(tx).await.map(|_| ())
}

/// The emails that wait to be sent.
#[derive(Clone, Copy, Debug)]
pub struct Waiting {
    /// Their number.
    pub emails: u64,
    /// The age of the oldest one.
    pub oldest_seconds: u64,
}

/// The emails that wait to be sent at `now`, without the rows that are no emails.
pub async fn waiting(db: &impl ConnectionTrait, now: i64) -> Result<Waiting, DbErr> {
    let queued = || Entity::find().filter(Column::DueAt.is_not_null()).filter(Column::Template.ne(Template::Noop));
    let oldest = queued().select_only().column_as(Column::CreatedAt.min(), "oldest");
    let oldest = oldest.into_tuple::<Option<i64>>().one(db).await?.flatten();
    let age = oldest.map_or(0, |oldest| now - oldest);
    Ok(Waiting { emails: queued().count(db).await?, oldest_seconds: u64::try_from(age).unwrap_or_default() })
}

/// Whether a claimed email is still queued: it can be deleted meanwhile.
pub async fn is_queued(tx: &impl ConnectionTrait, mail: &Model) -> Result<bool, DbErr> {
    let queued = Entity::find_by_id(mail.id).filter(Column::DueAt.is_not_null());
    Ok(queued.one(tx).await?.is_some())
}

/// Whether an email with this template about a session of an account was queued after `since`.
pub async fn was_queued(
    db: &impl ConnectionTrait,
    template: Template,
    user_id: i64,
    session_id: &str,
    since: i64,
) -> Result<bool, DbErr> {
    let about = Entity::find().filter(Column::UserId.eq(user_id)).filter(Column::SessionId.eq(session_id));
    let about = about.filter(Column::Template.eq(template));
    Ok(about.filter(Column::CreatedAt.gt(since)).one(db).await?.is_some())
}

/// The number of emails with these templates that were sent to an account after `since`.
pub async fn sent_since(
    db: &impl ConnectionTrait,
    templates: &[Template],
    user_id: i64,
    since: i64,
) -> Result<u64, DbErr> {
    let sent = Entity::find().filter(Column::UserId.eq(user_id)).filter(Column::SentAt.gt(since));
    sent.filter(Column::Template.is_in(templates.iter().copied())).count(db).await
}

/// Extends the claim of an email while it is being sent.
pub async fn extend_claim(tx: &impl ConnectionTrait, mail: &Model, until: i64) -> Result<(), DbErr> {
    let held = Entity::update_many()
        .col_expr(Column::ClaimedUntil, Expr::value(until))
        .filter(Column::Id.eq(mail.id))
        .filter(Column::ClaimedBy.eq(mail.claimed_by.clone()))
        .filter(Column::Attempts.eq(mail.attempts));
    held.exec(tx).await.map(|_| ())
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

/// An update that ends the claim of an email, if its worker still holds it.
fn released(mail: &Model) -> UpdateMany<Entity> {
    Entity::update_many()
        .col_expr(Column::ClaimedBy, Expr::value(None::<String>))
        .col_expr(Column::ClaimedUntil, Expr::value(None::<i64>))
        .filter(Column::Id.eq(mail.id))
        .filter(Column::ClaimedBy.eq(mail.claimed_by.clone()))
        .filter(Column::Attempts.eq(mail.attempts))
}
