//! The record of what happened, written in the transaction that it records.

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

pub use crate::kinds::{AuditKind as Kind, EventKind};

use super::after_commit::{self, AuditLine};
use super::entity::audit_event::{ActiveModel, Column, Entity, Model};
use crate::client::Client;

/// One event.
#[derive(Clone, Copy, Debug, Default)]
pub struct Event<'a> {
    /// Who did it, by `public_id`; or [`EventActor::COMMAND_LINE`](latchkey_types::EventActor::COMMAND_LINE).
    pub actor: Option<&'a str>,
    /// To whose account, by `public_id`.
    pub subject: Option<&'a str>,
    /// In which session.
    pub session: Option<&'a str>,
    /// A word more; never a secret.
    pub detail: &'a str,
}

/// Writes a row, and a line of the log once the transaction is committed.
///
/// # Errors
/// The database's.
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
    let row = ActiveModel {
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
        ..Default::default()
    };
    row.insert(tx).await?;
    after_commit::log_audit(AuditLine {
        kind: kind.to_string(),
        outcome,
        user_id: event.subject.unwrap_or_default().to_owned(),
        detail: event.detail.to_owned(),
    });
    Ok(())
}

/// The latest events before the one with the id `before`, `limit` at most: those of a kind if one is given, and those
/// that name somebody in a column if `party` says so.
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

/// The last events of an account that are of `kinds`, but for those whose detail is `without`; the newest first.
///
/// # Errors
/// The database's.
pub async fn recent(
    db: &impl ConnectionTrait,
    subject: &str,
    kinds: &[Kind],
    without: &str,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let theirs = Entity::find().filter(Column::SubjectId.eq(subject)).filter(Column::Detail.ne(without));
    let told = theirs.filter(Column::Kind.is_in(kinds.iter().map(|kind| EventKind::from(*kind))));
    told.order_by_desc(Column::Id).limit(limit).all(db).await
}
