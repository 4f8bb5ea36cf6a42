//! Audit events, written in the transaction of the change that they describe.

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
    /// `public_id` of the user who acted, or [`EventActor::COMMAND_LINE`](latchkey_types::EventActor::COMMAND_LINE).
    pub actor: Option<&'a str>,
    /// `public_id` of the account that it is about.
    pub subject: Option<&'a str>,
    /// `sessions.id`.
    pub session: Option<&'a str>,
    /// A short detail; never a secret.
    pub detail: &'a str,
}

/// Writes an event, and a log line when the transaction is committed.
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

/// Returns the latest events about an account, of these kinds, except those with the detail `without`.
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
