//! Audit events, written in the transaction of the change that they describe.
//!
//! Kinds that a client can cause without limit are counted, minute by minute: see `counted_by`.

use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
};

pub use crate::kinds::{AuditKind as Kind, EventKind};

use super::after_commit::{self, AuditLine};
use super::entity::audit_event::{ActiveModel, Column, Entity};
use crate::client::Client;

/// Maximum number of rows of a counter that name an account and a detail. One more row counts all other events.
pub const ROWS_PER_COUNTER: usize = 10;
/// Length of the period of a counter, in seconds.
pub const COUNTER_SECONDS: i64 = 60;
/// `slot` and detail of the row that counts all other events.
const OTHERS: &str = "more events in this minute";

/// One event.
#[derive(Clone, Copy, Debug, Default)]
pub struct Event<'a> {
    /// `public_id` of the user who acted, or [`EventActor::COMMAND_LINE`](latchkey_types::EventActor::COMMAND_LINE).
    pub actor: Option<&'a str>,
    /// `public_id` of the account that it is about.
    pub subject: Option<&'a str>,
    /// `sessions.id`.
    pub session: Option<&'a str>,
    /// A short detail; never a secret.
    pub detail: &'a str,
}

/// Writes or counts an event, and writes a log line when the transaction is committed.
pub async fn record(
    tx: &impl ConnectionTrait,
    kind: impl Into<EventKind>,
    event: Event<'_>,
    client: &Client,
    now: i64,
) -> Result<(), DbErr> {
    let kind = kind.into();
    let is_failure = matches!(kind, EventKind::Login(kind) if kind.is_failure());
    let outcome = if is_failure { "failure" } else { "success" };
    let mut row = ActiveModel {
        at: Set(now),
        kind: Set(kind.clone()),
        outcome: Set(outcome.to_owned()),
        actor_id: Set(event.actor.map(str::to_owned)),
        subject_id: Set(event.subject.map(str::to_owned)),
        session_id: Set(event.session.map(str::to_owned)),
        ip: Set(client.ip()),
        user_agent: Set(client.user_agent().to_owned()),
        request_id: Set(client.request_id().to_owned()),
        detail: Set(event.detail.to_owned()),
        count: Set(1),
        ..Default::default()
    };
    match counted_by(&kind, &event, client) {
        None => drop(row.insert(tx).await?),
        Some(by) => {
            let bucket = format!("{kind} {by} {}", now.div_euclid(COUNTER_SECONDS));
            let slot = format!("{} {}", event.subject.unwrap_or_default(), event.detail);
            let slot = if has_room(tx, &bucket, &slot).await? { slot } else { sum_up(&mut row, &event) };
            row.bucket = Set(Some(bucket));
            row.slot = Set(Some(slot));
            count(tx, row).await?;
        }
    }
    after_commit::log_audit(AuditLine {
        kind,
        outcome,
        user_id: event.subject.unwrap_or_default().to_owned(),
        detail: event.detail.to_owned(),
    });
    Ok(())
}

/// By what the events of a kind are counted instead of getting a row each; `None` for all other kinds.
///
/// Anyone can cause failed logins, resets and registrations, as often as they like and about any account: these are
/// counted by the network of the client. What needs a session is counted by account or session.
fn counted_by(kind: &EventKind, event: &Event<'_>, client: &Client) -> Option<String> {
    let EventKind::Login(kind) = kind else { return None };
    match kind {
        Kind::LoginFail | Kind::PasswordResetRequested | Kind::LoginLinkRequested | Kind::RegistrationRequested => {
            Some(client.subscriber().unwrap_or_default())
        }
        Kind::AuthzFail | Kind::ReauthenticationFail => event.actor.map(str::to_owned),
        Kind::SessionRenewed | Kind::SessionRenewedAgain => event.session.map(str::to_owned),
        _ => None,
    }
}

/// Whether a counter has the row `slot` or may get it. Parallel transactions may exceed the maximum by their number.
async fn has_room(tx: &impl ConnectionTrait, bucket: &str, slot: &str) -> Result<bool, DbErr> {
    let slots = Entity::find().select_only().column(Column::Slot).filter(Column::Bucket.eq(bucket));
    let slots = slots.into_tuple::<String>().all(tx).await?;
    Ok(slots.len() < ROWS_PER_COUNTER || slots.iter().any(|known| known == slot))
}

/// Makes a row that of all other events of its counter, and returns its `slot`. An anonymous event loses its account.
fn sum_up(row: &mut ActiveModel, event: &Event<'_>) -> String {
    row.subject_id = Set(event.actor.and(event.subject).map(str::to_owned));
    row.detail = Set(OTHERS.to_owned());
    OTHERS.to_owned()
}

/// Inserts the row of a counter or increments its count, in one statement.
async fn count(tx: &impl ConnectionTrait, row: ActiveModel) -> Result<(), DbErr> {
    let increment = OnConflict::columns([Column::Bucket, Column::Slot])
        .value(Column::Count, Expr::col((Entity, Column::Count)).add(1))
        .to_owned();
    Entity::insert(row).on_conflict(increment).exec_without_returning(tx).await.map(|_| ())
}

/// Selects the latest `limit` events with an id below `before`, optionally of one kind, or with an id in a column
/// (`party`).
#[must_use]
pub fn latest(
    kind: Option<&EventKind>,
    party: Option<(Column, &str)>,
    before: Option<i64>,
    limit: u64,
) -> Select<Entity> {
    let mut found = Entity::find().order_by_desc(Column::Id).limit(limit);
    if let Some(kind) = kind {
        found = found.filter(Column::Kind.eq(kind.clone()));
    }
    if let Some((column, id)) = party {
        found = found.filter(column.eq(id));
    }
    match before {
        Some(before) => found.filter(Column::Id.lt(before)),
        None => found,
    }
}

/// Restricts a query to events from `since` on and before `until`, in Unix seconds.
#[must_use]
pub fn within(found: Select<Entity>, since: Option<i64>, until: Option<i64>) -> Select<Entity> {
    let found = found.apply_if(since, |found, since| found.filter(Column::At.gte(since)));
    found.apply_if(until, |found, until| found.filter(Column::At.lt(until)))
}

/// Selects the latest `limit` events about an account, of these kinds, except those with the detail `without`.
#[must_use]
pub fn recent(subject: &str, kinds: &[Kind], without: &str, limit: u64) -> Select<Entity> {
    let theirs = Entity::find().filter(Column::SubjectId.eq(subject)).filter(Column::Detail.ne(without));
    let told = theirs.filter(Column::Kind.is_in(kinds.iter().map(|kind| EventKind::from(*kind))));
    told.order_by_desc(Column::Id).limit(limit)
}

/// Like [`recent`], for kinds that are not counted. Its index is without the counted events: others can cause any number
/// of them.
#[must_use]
pub fn recent_uncounted(subject: &str, kinds: &[Kind], without: &str, limit: u64) -> Select<Entity> {
    recent(subject, kinds, without, limit).filter(Column::Bucket.is_null())
}
