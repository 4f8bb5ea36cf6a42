//! The audit log, for administrators.

use std::collections::HashMap;
use std::sync::Arc;

use sea_orm::{ActiveEnum, DbErr, Iterable, Select};
use time::Date;
use time::macros::format_description;

use super::{Core, ServiceError};
use crate::client;
use crate::security::random;
use crate::store::audit::{self, EventKind, Kind};
use crate::store::entity::audit_event::{Column, Entity, Model};
use crate::store::users;
use latchkey_types::{AuditEvent, EventActor, Username};

/// Maximum number of events per page.
const PAGE_MAX: u64 = 100;

/// A filter of the audit log. `None` matches all events.
#[derive(Clone, Copy, Debug, Default)]
pub struct Filter<'a> {
    /// A username, or a `public_id` if no account has that name, as for deleted accounts. Matches events by the account
    /// and about it.
    pub user: Option<&'a str>,
    /// An audit kind.
    pub kind: Option<&'a str>,
    /// From this time on, in Unix seconds.
    pub since: Option<i64>,
    /// Before this time, in Unix seconds.
    pub until: Option<i64>,
}

/// The first second of a day in UTC, as Unix time. `None` for what is no date like `2026-11-24`.
#[must_use]
pub fn day_start(date: &str) -> Option<i64> {
    let date = Date::parse(date, format_description!("[year]-[month]-[day]")).ok()?;
    Some(date.midnight().assume_utc().unix_timestamp())
}

/// A page of the audit log.
#[derive(Clone, Debug, Default)]
pub struct EventPage {
    /// Events, newest first.
    pub events: Vec<AuditEvent>,
    /// The value of `before` for the next page, if there is one.
    pub next: Option<i64>,
}

/// Reads the audit log.
#[derive(Clone, Debug)]
pub struct EventService {
    core: Arc<Core>,
}

impl EventService {
    pub(super) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// All audit kinds, including those of the application.
    #[must_use]
    pub fn kinds(&self) -> Vec<String> {
        let of_site = self.core.audit_kinds.iter().map(|code| code.as_str().to_owned());
        Kind::iter().map(|kind| kind.to_value()).chain(of_site).collect()
    }

    /// Lists the latest events that match `filter`, before the event with the id `before`.
    pub async fn page(&self, filter: Filter<'_>, before: Option<i64>, limit: u64) -> Result<EventPage, ServiceError> {
        let limit = limit.clamp(1, PAGE_MAX);
        // An unknown kind, such as one with a NUL character, never reaches the database.
        if filter.kind.is_some_and(|kind| !self.kinds().iter().any(|known| known == kind)) {
            return Ok(EventPage::default());
        }
        let kind = filter.kind.and_then(|kind| kind.parse::<EventKind>().ok());
        let latest =
            |party| audit::within(audit::latest(kind.as_ref(), party, before, limit + 1), filter.since, filter.until);
        let mut found = match filter.user {
            None => latest(None).all(self.core.store.reader()).await?,
            Some(user) => match self.id_of(user).await? {
                Some(id) => self.of_party(&id, latest).await?,
                None => Vec::new(),
            },
        };
        let size = usize::try_from(limit).unwrap_or(usize::MAX);
        let has_more = found.len() > size;
        found.truncate(size);
        let next = found.last().filter(|_| has_more).map(|event| event.id);
        Ok(EventPage { events: self.named(found).await?, next })
    }

    /// The latest events with the account as actor or subject. Two queries, each a range scan of an index: a single
    /// query would sort all of these events.
    async fn of_party<'i>(
        &self,
        id: &'i str,
        latest: impl Fn(Option<(Column, &'i str)>) -> Select<Entity>,
    ) -> Result<Vec<Model>, DbErr> {
        let db = self.core.store.reader();
        let mut found = latest(Some((Column::SubjectId, id))).all(db).await?;
        found.extend(latest(Some((Column::ActorId, id))).all(db).await?);
        found.sort_by_key(|event| std::cmp::Reverse(event.id));
        found.dedup_by_key(|event| event.id);
        Ok(found)
    }

    /// The `public_id` of the account with this username; otherwise `user` itself, if it has the format of an id.
    async fn id_of(&self, user: &str) -> Result<Option<String>, DbErr> {
        if let Ok(username) = Username::parse(user)
            && let Some(found) = users::by_username(self.core.store.reader(), &username).await?
        {
            return Ok(Some(found.public_id));
        }
        Ok(random::is_id(user).then(|| user.to_owned()))
    }

    /// Adds the current usernames to events.
    async fn named(&self, events: Vec<Model>) -> Result<Vec<AuditEvent>, DbErr> {
        let mut ids =
            events.iter().flat_map(|event| [&event.actor_id, &event.subject_id]).flatten().collect::<Vec<_>>();
        ids.sort_unstable();
        ids.dedup();
        let ids = ids.into_iter().cloned().collect();
        let names = users::names(self.core.store.reader(), ids).await?.into_iter().collect::<HashMap<_, _>>();
        let party = |id: Option<String>| id.map(|id| EventActor { username: names.get(&id).cloned(), id });
        let list = |event: Model| AuditEvent {
            id: event.id,
            at: event.at,
            count: event.count,
            is_success: event.outcome == "success",
            kind: event.kind.to_string(),
            actor: party(event.actor_id),
            subject: party(event.subject_id),
            device: client::recorded_device(&event.ip, &event.user_agent),
            ip: event.ip,
            detail: event.detail,
        };
        Ok(events.into_iter().map(list).collect())
    }
}
