//! Accounts, for those who look after them.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{self, AllOf, Asker, Id, RoleList};
use super::problem::Problem;
use super::time::Moment;
use crate::domain::{ListedUser, Roles};
use crate::error::Refusal;
use crate::routes::api::ADMINS;
use crate::server::service::accounts::{Account, AccountError, Change, PAGE_MAX};
use crate::server::state::AppState;
use crate::texts::{self, api as words};

/// How many accounts a page has if nothing is said.
const PAGE_DEFAULT: u64 = 25;

/// Those who administer accounts.
pub struct Admins;

impl RoleList for Admins {
    const ROLES: &'static [&'static str] = ADMINS;
}

/// An account, as those who look after it see it.
#[derive(Serialize, ToSchema)]
pub struct User {
    id: String,
    username: String,
    email: Option<String>,
    #[schema(value_type = Vec<String>)]
    roles: Roles,
    is_active: bool,
    created_at: Moment,
    last_login_at: Option<Moment>,
}

impl From<ListedUser> for User {
    fn from(user: ListedUser) -> Self {
        Self {
            id: user.id,
            username: user.username,
            email: user.email,
            roles: user.roles,
            is_active: user.is_active,
            created_at: Moment(user.created_at),
            last_login_at: user.last_login_at.map(Moment),
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
    fn read(query: &str) -> Result<Self, Problem> {
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

fn limit(typed: &str) -> Result<u64, Problem> {
    let digits = typed.bytes().all(|byte| byte.is_ascii_digit());
    let limit = typed.parse().ok().filter(|limit| digits && (1..=PAGE_MAX).contains(limit));
    limit.ok_or(Problem::Validation(vec![("limit", words::LIMIT_INVALID)]))
}

/// Accounts by name, a page at a time.
///
/// # Errors
/// [`Problem::Validation`] for a `limit` or an `after` that is none.
pub async fn users(
    State(state): State<AppState>,
    _: AllOf<Admins>,
    RawQuery(query): RawQuery,
) -> Result<Json<Users>, Problem> {
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
/// [`Problem::NotFound`], [`Problem::Validation`], [`Problem::LastAdmin`].
pub async fn change(
    State(state): State<AppState>,
    admin: AllOf<Admins>,
    Asker(client): Asker,
    Id(id): Id,
    extract::Json(typed): extract::Json<UserChange>,
) -> Result<Json<User>, Problem> {
    let roles = typed.roles.map(|roles| read_roles(&roles)).transpose()?;
    let change = Change { is_active: typed.is_active, roles };
    let actor = admin.visitor.current_user().id;
    let changed = state.services.accounts.change(Account::Id(&id), change, Some(&actor), &client).await?;
    Ok(Json(changed.into()))
}

fn read_roles(typed: &[String]) -> Result<Roles, Problem> {
    Roles::of(typed.iter().map(String::as_str))
        .map_err(|why: Refusal| Problem::Validation(vec![(why.field(), texts::of_refusal(why))]))
}

/// Ends every session of an account.
///
/// # Errors
/// [`Problem::NotFound`].
pub async fn log_out(
    State(state): State<AppState>,
    admin: AllOf<Admins>,
    Asker(client): Asker,
    Id(id): Id,
) -> Result<StatusCode, Problem> {
    let actor = admin.visitor.current_user().id;
    state.services.accounts.log_out(Account::Id(&id), Some(&actor), &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<AccountError> for Problem {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Unknown => Self::NotFound,
            AccountError::LastAdmin => Self::LastAdmin,
            AccountError::NotAdmin => Self::MissingRole,
            AccountError::NoSuchPage => Self::Validation(vec![("after", words::AFTER_INVALID)]),
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
            assert!(matches!(Search::read(wrong), Err(Problem::Validation(_))), "{wrong}");
        }
    }
}
