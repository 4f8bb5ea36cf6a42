//! Administrators look after accounts and read the audit. That the caller is one was found out before, by the table in
//! `routes`; it is asked again here, since a page calls these functions without coming through that door.

use latchkey_types::{AppError, AuditEvent, UserSummary};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use {crate::server::context::request_context, latchkey_types::Notice};

/// Some accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserList {
    /// The accounts.
    pub users: Vec<UserSummary>,
    /// What to ask for after these, if there are more.
    pub next: Option<String>,
}

/// Some events, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventList {
    /// The events.
    pub events: Vec<AuditEvent>,
    /// What to ask for before, if there are more.
    pub next: Option<i64>,
    /// Every kind of event that one may ask for.
    pub kinds: Vec<String>,
}

/// The accounts whose name or address begins with `q`, from the page `after` on.
///
/// # Errors
/// [`AppError::Malformed`] if no page leads to `after`.
#[server(prefix = "/fn", endpoint = "list_users")]
pub async fn list_users(#[server(default)] q: String, #[server(default)] after: String) -> Result<UserList, AppError> {
    use latchkey_axum::core::service::accounts;
    let context = request_context::<ListUsers>().await?;
    context.admin()?;
    let after = Some(after.as_str()).filter(|after| !after.is_empty());
    let accounts::Page { users, next } = context.services().accounts.page(&q, after, PAGE).await?;
    Ok(UserList { users, next })
}

/// Lets an account be used, or not be used.
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

/// Gives an account these roles, comma-separated, and no other.
///
/// # Errors
/// [`AppError::Refused`] for what is no role, else as [`set_active`].
#[server(prefix = "/fn", endpoint = "set_roles")]
pub async fn set_roles(id: String, #[server(default)] roles: String) -> Result<(), AppError> {
    use latchkey_axum::core::service::accounts::{Account, Actor, Change};
    let context = request_context::<SetRoles>().await?;
    let admin = Actor::Administrator(context.admin()?);
    let change = Change { roles: Some(latchkey_types::Roles::parse(&roles)?), ..Change::default() };
    context.services().accounts.change(Account::Id(&id), change, admin, &context.client).await?;
    context.flash_without_scripts(Notice::UserRolesSet);
    Ok(())
}

/// Ends every session of an account.
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

/// The latest events of `kind` that concern `user` (a name or an id), before the one with the id `before`; what is empty
/// lets all through.
///
/// # Errors
/// [`AppError::Malformed`] if `before` is no number.
#[server(prefix = "/fn", endpoint = "list_events")]
pub async fn list_events(
    #[server(default)] user: String,
    #[server(default)] kind: String,
    #[server(default)] before: String,
) -> Result<EventList, AppError> {
    use latchkey_axum::core::service::events::{EventPage, Filter};
    let context = request_context::<ListEvents>().await?;
    context.admin()?;
    let before = Some(before.as_str()).filter(|before| !before.is_empty());
    let before = before.map(str::parse).transpose().map_err(|_| AppError::Malformed)?;
    let filter = Filter {
        user: Some(user.trim()).filter(|user| !user.is_empty()),
        kind: Some(kind.as_str()).filter(|kind| !kind.is_empty()),
    };
    let EventPage { events, next } = context.services().events.page(filter, before, PAGE).await?;
    Ok(EventList { events, next, kinds: context.services().events.kinds() })
}

/// How many rows a page shows.
#[cfg(feature = "ssr")]
const PAGE: u64 = 25;
