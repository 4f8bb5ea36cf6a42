//! Server functions for administrators: accounts and the audit log. The guard checks the role; it is checked again
//! here, because pages call these functions directly while rendering.

use latchkey_types::{AppError, AuditEvent, JsonOutput, SessionSummary, UserSummary};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use {crate::server::context::request_context, latchkey_types::Notice};

/// A page of accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserList {
    pub users: Vec<UserSummary>,
    /// The `after` of the next page, if there is one.
    pub next: Option<String>,
    /// How many accounts were found, on all pages; above [`UserSummary::COUNT_MAX`] it is not exact.
    pub count: u64,
}

/// An account, its live sessions and its latest events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserDetails {
    pub user: UserSummary,
    pub sessions: Vec<SessionSummary>,
    pub events: Vec<AuditEvent>,
}

/// A page of events, latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventList {
    pub events: Vec<AuditEvent>,
    /// The `before` of the next page, if there is one.
    pub next: Option<i64>,
    /// All kinds of events, for the filter.
    pub kinds: Vec<String>,
}

/// Lists accounts whose username or email address starts with `q`, from the page `after`. `role` and `state` (`active` or
/// `deactivated`) restrict the list, unless they are empty.
///
/// # Errors
/// [`AppError::Malformed`] if `after` is not the `next` of a page.
#[server(prefix = "/fn", endpoint = "list_users", output = JsonOutput)]
pub async fn list_users(
    #[server(default)] q: String,
    #[server(default)] role: String,
    #[server(default)] state: String,
    #[server(default)] after: String,
) -> Result<UserList, AppError> {
    use latchkey_axum::core::service::accounts::{Page, Search};
    let context = request_context::<ListUsers>().await?;
    context.admin()?;
    let accounts = &context.services().accounts;
    let role = match latchkey_types::trim_invisible(&role) {
        "" => None,
        // What is no role has nobody.
        typed => match latchkey_types::Role::parse(typed) {
            Ok(role) => Some(role),
            Err(_) => return Ok(UserList { users: Vec::new(), next: None, count: 0 }),
        },
    };
    let is_active = match state.as_str() {
        "active" => Some(true),
        "deactivated" => Some(false),
        _ => None,
    };
    let search = Search { text: &q, role: role.as_ref(), is_active };
    let after = Some(after.as_str()).filter(|after| !after.is_empty());
    let Page { users, next } = accounts.page(search, after, PAGE).await?;
    Ok(UserList { users, next, count: accounts.count(search).await? })
}

/// Returns one account, with its live sessions and its latest events.
///
/// # Errors
/// [`AppError::NotFound`].
#[server(prefix = "/fn", endpoint = "show_user", output = JsonOutput)]
pub async fn show_user(id: String) -> Result<UserDetails, AppError> {
    use latchkey_axum::core::service::events::Filter;
    let context = request_context::<ShowUser>().await?;
    context.admin()?;
    let (user, sessions) = context.services().accounts.one(&id).await?;
    let filter = Filter { user: Some(&user.id), ..Filter::default() };
    let events = context.services().events.page(filter, None, LATEST).await?.events;
    Ok(UserDetails { user, sessions, events })
}

/// Activates or deactivates an account.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::LastAdmin`], [`AppError::ReauthenticationRequired`].
#[server(prefix = "/fn", endpoint = "set_active")]
pub async fn set_active(id: String, is_active: bool) -> Result<(), AppError> {
    use latchkey_axum::core::service::accounts::{Account, Actor, Change};
    let context = request_context::<SetActive>().await?;
    let admin = Actor::Administrator(context.admin()?);
    let change = Change { is_active: Some(is_active), ..Change::default() };
    context.services().accounts.change(Account::Id(&id), change, admin, &context.client).await?;
    context.flash_without_scripts(if is_active { Notice::UserActivated } else { Notice::UserDeactivated });
    Ok(())
}

/// Replaces the roles of an account: by those that are checked, and comma-separated ones.
///
/// # Errors
/// [`AppError::Refused`] for an invalid role; otherwise as [`set_active`].
#[server(prefix = "/fn", endpoint = "set_roles")]
pub async fn set_roles(
    id: String,
    #[server(default)] checked: Vec<String>,
    #[server(default)] roles: String,
) -> Result<(), AppError> {
    use latchkey_axum::core::service::accounts::{Account, Actor, Change};
    let context = request_context::<SetRoles>().await?;
    let admin = Actor::Administrator(context.admin()?);
    let roles = latchkey_types::Roles::parse(&[checked.join(","), roles].join(","))?;
    let change = Change { roles: Some(roles), ..Change::default() };
    context.services().accounts.change(Account::Id(&id), change, admin, &context.client).await?;
    context.flash_without_scripts(Notice::UserRolesSet);
    Ok(())
}

/// Ends all sessions of an account.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::ReauthenticationRequired`].
#[server(prefix = "/fn", endpoint = "end_user_sessions")]
pub async fn end_user_sessions(id: String) -> Result<(), AppError> {
    use latchkey_axum::core::service::accounts::{Account, Actor};
    let context = request_context::<EndUserSessions>().await?;
    let admin = Actor::Administrator(context.admin()?);
    context.services().accounts.log_out(Account::Id(&id), admin, &context.client).await?;
    context.flash_without_scripts(Notice::UserSessionsEnded);
    Ok(())
}

/// Removes the second factor of an account, for an owner who has lost it.
///
/// # Errors
/// [`AppError::NotFound`], also if there is none; [`AppError::ReauthenticationRequired`].
#[server(prefix = "/fn", endpoint = "remove_user_second_factor")]
pub async fn remove_user_second_factor(id: String) -> Result<(), AppError> {
    use latchkey_axum::core::service::accounts::{Account, Actor};
    let context = request_context::<RemoveUserSecondFactor>().await?;
    let admin = Actor::Administrator(context.admin()?);
    context.services().accounts.remove_second_factor(Account::Id(&id), admin, &context.client).await?;
    context.flash_without_scripts(Notice::SecondFactorRemoved);
    Ok(())
}

/// Lists the latest events of `kind` that concern `user` (a username or id), before the event with the id `before`.
/// `since` and `until` are the first and the last day, in UTC, like `2026-11-24`. Empty arguments do not filter.
///
/// # Errors
/// [`AppError::Malformed`] if `before` is not a number or a day is no date.
#[server(prefix = "/fn", endpoint = "list_events", output = JsonOutput)]
pub async fn list_events(
    #[server(default)] user: String,
    #[server(default)] kind: String,
    #[server(default)] since: String,
    #[server(default)] until: String,
    #[server(default)] before: String,
) -> Result<EventList, AppError> {
    use latchkey_axum::core::service::events::{EventPage, Filter, day_start};
    let context = request_context::<ListEvents>().await?;
    context.admin()?;
    let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let before = given(&before).map(|before| before.parse()).transpose().map_err(|_| AppError::Malformed)?;
    let day = |text: &str| given(text).map(|day| day_start(&day).ok_or(AppError::Malformed)).transpose();
    let filter = Filter {
        user: Some(latchkey_types::trim_invisible(&user)).filter(|user| !user.is_empty()),
        kind: Some(kind.as_str()).filter(|kind| !kind.is_empty()),
        since: day(&since)?,
        until: day(&until)?.map(|day| day.saturating_add(DAY_SECONDS)),
    };
    let EventPage { events, next } = context.services().events.page(filter, before, PAGE).await?;
    Ok(EventList { events, next, kinds: context.services().events.kinds() })
}

/// Rows per page.
#[cfg(feature = "ssr")]
const PAGE: u64 = 25;
#[cfg(feature = "ssr")]
const DAY_SECONDS: i64 = 86_400;
/// Events on the page of an account.
#[cfg(feature = "ssr")]
const LATEST: u64 = 10;
