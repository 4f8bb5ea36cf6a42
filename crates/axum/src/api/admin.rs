//! Accounts, for those who look after them.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::error::ApiError;
use super::extract::{self, Admin, ClientInfo, Id};
use super::texts as words;
use super::time::Rfc3339;
use crate::AppState;
use latchkey_core::service::accounts::{Account, AccountError, Actor, Change, PAGE_MAX};
use latchkey_types::{AppError, ListedUser, Roles};

/// How many accounts a page has if nothing is said.
const PAGE_DEFAULT: u64 = 25;

/// An account, as those who look after it see it.
#[derive(Serialize, ToSchema)]
pub struct User {
    id: String,
    username: String,
    email: Option<String>,
    #[schema(value_type = Vec<String>)]
    roles: Roles,
    is_active: bool,
    created_at: Rfc3339,
    last_login_at: Option<Rfc3339>,
}

impl From<ListedUser> for User {
    fn from(user: ListedUser) -> Self {
        Self {
            id: user.id,
            username: user.username,
            email: user.email,
            roles: user.roles,
            is_active: user.is_active,
            created_at: user.created_at.into(),
            last_login_at: user.last_login_at.map(Rfc3339::from),
        }
    }
}

/// Some accounts, and the way to those that follow.
#[derive(Serialize, ToSchema)]
pub struct Users {
    users: Vec<User>,
    /// What to send as `after` for those that follow; `null` at the end.
    next: Option<String>,
}

/// Which accounts are asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Search {
    query: String,
    after: Option<String>,
    limit: Option<u64>,
}

impl Search {
    /// Reads a query; of a name that comes twice, the last one.
    fn read(query: &str) -> Result<Self, ApiError> {
        let mut search = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "q" => search.query = value.into_owned(),
                "after" => search.after = Some(value.into_owned()),
                "limit" => search.limit = Some(limit(&value)?),
                _ => {}
            }
        }
        Ok(search)
    }
}

fn limit(typed: &str) -> Result<u64, ApiError> {
    let digits = typed.bytes().all(|byte| byte.is_ascii_digit());
    let limit = typed.parse().ok().filter(|limit| digits && (1..=PAGE_MAX).contains(limit));
    limit.ok_or(ApiError::Validation(vec![("limit".into(), words::LIMIT_INVALID)]))
}

/// Accounts by name, a page at a time.
///
/// # Errors
/// [`ApiError::Validation`] for a `limit` or an `after` that is none.
pub async fn users(
    State(state): State<AppState>,
    _: Admin,
    RawQuery(query): RawQuery,
) -> Result<Json<Users>, ApiError> {
    let search = Search::read(&query.unwrap_or_default())?;
    let limit = search.limit.unwrap_or(PAGE_DEFAULT);
    let page = state.services.accounts.page(&search.query, search.after.as_deref(), limit).await?;
    Ok(Json(Users { users: page.users.into_iter().map(User::from).collect(), next: page.next }))
}

/// What is to change of an account; nothing else of a body changes anything.
#[derive(Deserialize, ToSchema)]
pub struct UserChange {
    /// Whether it may be used. If not, its sessions end.
    #[serde(default)]
    is_active: Option<bool>,
    /// It has these roles and no other.
    #[serde(default)]
    roles: Option<Vec<String>>,
}

/// Changes what an account may do.
///
/// # Errors
/// [`ApiError::NotFound`], [`ApiError::Validation`], [`ApiError::LastAdmin`].
pub async fn change(
    State(state): State<AppState>,
    Admin(admin): Admin,
    ClientInfo(client): ClientInfo,
    Id(id): Id,
    extract::Json(typed): extract::Json<UserChange>,
) -> Result<Json<User>, ApiError> {
    let roles = typed.roles.map(|roles| read_roles(&roles)).transpose()?;
    let change = Change { is_active: typed.is_active, roles };
    let actor = Actor::Administrator(&admin);
    let changed = state.services.accounts.change(Account::Id(&id), change, actor, &client).await?;
    Ok(Json(changed.into()))
}

fn read_roles(typed: &[String]) -> Result<Roles, ApiError> {
    Roles::of(typed.iter().map(String::as_str)).map_err(|error| AppError::from(error).into())
}

/// Ends every session of an account.
///
/// # Errors
/// [`ApiError::NotFound`].
pub async fn log_out(
    State(state): State<AppState>,
    Admin(admin): Admin,
    ClientInfo(client): ClientInfo,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    state.services.accounts.log_out(Account::Id(&id), Actor::Administrator(&admin), &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Unknown => Self::NotFound,
            AccountError::LastAdmin => Self::LastAdmin,
            AccountError::NotAdmin => Self::MissingRole,
            AccountError::NotFresh(_) => Self::ReauthenticationRequired,
            AccountError::NoSuchPage => Self::Validation(vec![("after".into(), words::AFTER_INVALID)]),
            AccountError::Fault(fault) => fault.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_is_read_strictly() {
        assert_eq!(Search::read(""), Ok(Search::default()));
        let search = Search { query: "a b".to_owned(), after: Some("x".to_owned()), limit: Some(100) };
        assert_eq!(Search::read("q=a+b&limit=100&after=x&more=y"), Ok(search));
        for wrong in ["limit=0", "limit=101", "limit=-1", "limit=+5", "limit=", "limit=1.5", "limit=9e9"] {
            assert!(matches!(Search::read(wrong), Err(ApiError::Validation(_))), "{wrong}");
        }
    }
}
