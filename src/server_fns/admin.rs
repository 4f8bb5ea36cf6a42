//! Administrators look after accounts and read the audit. That the caller is one was found out before, by the table in
//! `routes`; it is asked again here, since a page calls these functions without coming through that door.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::{ListedEvent, ListedUser};
use crate::error::AppError;

/// Some accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserList {
    /// The accounts.
    pub users: Vec<ListedUser>,
    /// What to ask for after these, if there are more.
    pub next: Option<String>,
}

/// Some events, the latest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventList {
    /// The events.
    pub events: Vec<ListedEvent>,
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
    use crate::server::service::accounts;
    let door = crate::server::context::door()?;
    door.admin()?;
    let after = Some(after.as_str()).filter(|after| !after.is_empty());
    let accounts::Page { users, next } = door.services.accounts.page(&q, after, PAGE).await?;
    Ok(UserList { users, next })
}

/// Lets an account be used, or not be used.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::LastAdmin`], [`AppError::ReauthenticationRequired`].
#[server(prefix = "/fn", endpoint = "set_active")]
pub async fn set_active(id: String, is_active: bool) -> Result<(), AppError> {
    use crate::server::service::accounts::{Account, Change};
    use crate::visit::Notice;
    let door = crate::server::context::door()?;
    let admin = door.fresh_admin()?;
    let change = Change { is_active: Some(is_active), ..Change::default() };
    door.services.accounts.change(Account::Id(&id), change, Some(admin.user_id()), &door.client).await?;
    door.done("set_active", if is_active { Notice::UserActivated } else { Notice::UserDeactivated });
    Ok(())
}

/// Gives an account these roles, comma-separated, and no other.
///
/// # Errors
/// [`AppError::Refused`] for what is no role, else as [`set_active`].
#[server(prefix = "/fn", endpoint = "set_roles")]
pub async fn set_roles(id: String, #[server(default)] roles: String) -> Result<(), AppError> {
    use crate::server::service::accounts::{Account, Change};
    let door = crate::server::context::door()?;
    let admin = door.fresh_admin()?;
    let change = Change { roles: Some(crate::domain::Roles::parse(&roles)?), ..Change::default() };
    door.services.accounts.change(Account::Id(&id), change, Some(admin.user_id()), &door.client).await?;
    door.done("set_roles", crate::visit::Notice::UserRolesSet);
    Ok(())
}

/// Ends every session of an account.
///
/// # Errors
/// [`AppError::NotFound`], [`AppError::ReauthenticationRequired`].
#[server(prefix = "/fn", endpoint = "end_user_sessions")]
pub async fn end_user_sessions(id: String) -> Result<(), AppError> {
    use crate::server::service::accounts::Account;
    let door = crate::server::context::door()?;
    let admin = door.fresh_admin()?;
    door.services.accounts.log_out(Account::Id(&id), Some(admin.user_id()), &door.client).await?;
    door.done("end_user_sessions", crate::visit::Notice::UserSessionsEnded);
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
    use crate::server::service::events::{EventPage, EventService, Filter};
    let door = crate::server::context::door()?;
    door.admin()?;
    let before = Some(before.as_str()).filter(|before| !before.is_empty());
    let before = before.map(str::parse).transpose().map_err(|_| AppError::Malformed)?;
    let filter = Filter {
        user: Some(user.trim()).filter(|user| !user.is_empty()),
        kind: Some(kind.as_str()).filter(|kind| !kind.is_empty()),
    };
    let EventPage { events, next } = door.services.events.page(filter, before, PAGE).await?;
    Ok(EventList { events, next, kinds: EventService::kinds().into_iter().map(str::to_owned).collect() })
}

/// How many rows a page shows.
#[cfg(feature = "ssr")]
const PAGE: u64 = 25;
