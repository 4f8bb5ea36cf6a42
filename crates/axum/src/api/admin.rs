//! User administration.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::endpoints;
use super::error::ApiError;
use super::error_responses::error_responses;
use super::extract::{self, Admin, ClientInfo, Id};
use super::texts as words;
use super::time::Rfc3339;
use crate::AppState;
use latchkey_core::service::accounts::{Account, AccountError, Actor, Change, PAGE_MAX};
use latchkey_types::{AppError, FieldError, Roles, UserSummary};

/// Default page size.
const PAGE_DEFAULT: u64 = 25;

/// An account, as administrators see it.
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

impl User {
    fn example() -> Value {
        json!({
            "id": "q6Yd1v0m3oX5cJ9rT2bWkA", "username": "ada", "email": "ada@example.org", "roles": ["user"],
            "is_active": true, "created_at": "2026-11-24T12:00:00Z", "last_login_at": null,
        })
    }
}

impl From<UserSummary> for User {
    fn from(user: UserSummary) -> Self {
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

/// A page of accounts.
#[derive(Serialize, ToSchema)]
pub struct Users {
    users: Vec<User>,
    /// Send it as `after` to get the next page; `null` on the last one.
    next: Option<String>,
}

/// Query parameters of the list of accounts.
#[derive(Debug, Default, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
struct Search {
    /// Beginning of a username or an email address.
    #[param(rename = "q", required = false)]
    query: String,
    /// The `next` of the previous page.
    after: Option<String>,
    /// Accounts per page.
    #[param(minimum = 1, maximum = 100, default = json!(PAGE_DEFAULT))]
    limit: Option<u64>,
}

impl Search {
    /// Parses a query string. The last value of a repeated name counts.
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

error_responses!(ListErrors, ApiError::Validation(vec![("limit".into(), words::LIMIT_INVALID)]));

/// Lists accounts.
///
/// Sorted by username, one page at a time.
#[utoipa::path(
    get,
    path = endpoints::USERS,
    tag = "admin",
    params(Search),
    responses(
        (
            status = 200, description = "A page of accounts.", body = Users,
            example = json!({"users": [User::example()], "next": "bmFtZTphZGE"}),
        ),
        ListErrors,
    ),
)]
pub async fn list_users(
    State(state): State<AppState>,
    _: Admin,
    RawQuery(query): RawQuery,
) -> Result<Json<Users>, ApiError> {
    let search = Search::read(&query.unwrap_or_default())?;
    let limit = search.limit.unwrap_or(PAGE_DEFAULT);
    let page = state.services.accounts.page(search.query.as_str(), search.after.as_deref(), limit).await?;
    Ok(Json(Users { users: page.users.into_iter().map(User::from).collect(), next: page.next }))
}

/// Changes to an account. Other members are ignored.
#[derive(Deserialize, ToSchema)]
pub struct UserChange {
    /// `false` deactivates the account and ends its sessions.
    #[serde(default)]
    is_active: Option<bool>,
    /// Replaces all roles.
    #[serde(default)]
    roles: Option<Vec<String>>,
}

error_responses!(
    ChangeErrors,
    ApiError::NotFound,
    ApiError::LastAdmin,
    ApiError::ReauthenticationRequired,
    AppError::from(FieldError::RolesInvalid),
);

/// Changes the status or the roles of an account.
///
/// Omitted members stay unchanged. Takes effect on every node within a second.
#[utoipa::path(
    patch,
    path = endpoints::USER,
    tag = "admin",
    params(("id" = String, Path, description = "The `id` of the account.")),
    request_body(content = UserChange, example = json!({"is_active": true, "roles": ["user", "editor"]})),
    responses(
        (status = 200, description = "The changed account.", body = User, example = User::example),
        ChangeErrors,
    ),
)]
pub async fn change_user(
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
    Roles::from_words(typed.iter().map(String::as_str)).map_err(|error| AppError::from(error).into())
}

error_responses!(EndSessionsErrors, ApiError::NotFound, ApiError::ReauthenticationRequired);

/// Ends all sessions of an account.
///
/// Takes effect on every node within a second.
#[utoipa::path(
    delete,
    path = endpoints::USER_SESSIONS,
    tag = "admin",
    params(("id" = String, Path, description = "The `id` of the account.")),
    responses((status = 204, description = "The sessions have ended."), EndSessionsErrors),
)]
pub async fn end_sessions(
    State(state): State<AppState>,
    Admin(admin): Admin,
    ClientInfo(client): ClientInfo,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    state.services.accounts.log_out(Account::Id(&id), Actor::Administrator(&admin), &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes the second factor of an account.
///
/// For an owner who has lost it. The owner gets an email. Requires a recent confirmation of the password.
#[utoipa::path(
    delete,
    path = endpoints::USER_SECOND_FACTOR,
    tag = "admin",
    params(("id" = String, Path, description = "The `id` of the account.")),
    responses((status = 204, description = "A login needs no code any more."), EndSessionsErrors),
)]
pub async fn remove_second_factor(
    State(state): State<AppState>,
    Admin(admin): Admin,
    ClientInfo(client): ClientInfo,
    Id(id): Id,
) -> Result<StatusCode, ApiError> {
    let actor = Actor::Administrator(&admin);
    state.services.accounts.remove_second_factor(Account::Id(&id), actor, &client).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<AccountError> for ApiError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Unknown => Self::NotFound,
            AccountError::LastAdmin => Self::LastAdmin,
            AccountError::NotAdmin => Self::MissingRole,
            AccountError::NotFresh(_) => Self::ReauthenticationRequired,
            AccountError::NoSecondFactor => Self::NotFound,
            AccountError::NoSuchPage => Self::Validation(vec![("after".into(), words::AFTER_INVALID)]),
            AccountError::Service(fault) => fault.into(),
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
