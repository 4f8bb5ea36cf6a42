//! Who may see a page or call a server function, decided before either begins, by the tables in `routes`.

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::cookies::{CookieJar, Cookies};
use super::{door, error_page};
use crate::error::AppError;
use crate::routes::{self, Access};
use crate::server::client::Client;
use crate::server::service::session::Visitor;
use crate::server::state::AppState;

/// Lets the request through to the page, or answers 302 or 403. A path that is not in the table is no page.
pub async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Some(access) = routes::access(parts.uri.path()) else {
        return error_page::respond(&state, &parts, AppError::NotFound);
    };
    match admit(&state, &parts, access).await {
        Ok(()) => show(&state, Request::from_parts(parts, body), next).await,
        Err(AppError::NotLoggedIn) => {
            let here = parts.uri.path_and_query().map_or(routes::SECRET, |path| path.as_str());
            door::found(&routes::login_then(here))
        }
        // To where the login would have led: a request that lost a race against a new token ends there.
        Err(_) if access == Access::Anonymous => door::found(&next_of(parts.uri.query().unwrap_or_default())),
        Err(error) => error_page::respond(&state, &parts, error),
    }
}

fn next_of(query: &str) -> String {
    let next = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "next");
    routes::safe_return_to(next.as_ref().map_or("", |(_, next)| next)).to_owned()
}

/// Lets the request through to the server function that is in the table, if it is open to who asks.
pub async fn guard_function(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let path = request.uri().path().strip_prefix(routes::SERVER_FNS).and_then(|path| path.strip_prefix('/'));
    let Some((_, access)) = path.and_then(routes::form) else {
        return (StatusCode::NOT_FOUND, axum::Json(AppError::NotFound)).into_response();
    };
    let (parts, body) = request.into_parts();
    match admit(&state, &parts, access).await {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(error) => door::untranslated(&error),
    }
}

/// Whether a request may go on to what is open to `access`. That somebody lacks a role is recorded.
async fn admit(state: &AppState, asked: &Parts, access: Access) -> Result<(), AppError> {
    let visitor = asked.extensions.get::<Visitor>();
    let roles = visitor.map(Visitor::roles);
    match (routes::is_allowed(access, roles.as_ref()), visitor, access) {
        (true, ..) => Ok(()),
        (false, None, _) => Err(AppError::NotLoggedIn),
        (false, Some(visitor), Access::HasRole(role)) => {
            let client = asked.extensions.get::<Client>().ok_or(AppError::Internal)?;
            state.services.session.note_lack_of(role, visitor, asked.uri.path(), client).await?;
            Err(AppError::MissingRole)
        }
        (false, Some(_), _) => Err(AppError::MissingRole),
    }
}

/// Shows the page, and takes the flash away that it shows; a form that waits in it for the password goes on waiting.
async fn show(state: &AppState, request: Request, next: Next) -> Response {
    let cookies = Cookies::of(&state.config);
    let jar = CookieJar::of(request.headers(), &cookies);
    let flash = jar.flash();
    // HEAD shows nothing.
    let is_shown = request.method() == Method::GET
        && jar.has_flash()
        && flash.as_ref().is_none_or(|flash| door::page_of(&flash.form) == Some(request.uri().path()));
    let mut response = next.run(request).await;
    let waiting = flash.and_then(|flash| flash.waiting);
    let left = waiting.map_or_else(|| cookies.no_flash(), |waiting| cookies.flash(&waiting));
    if is_shown && let Ok(value) = HeaderValue::from_str(&left) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
