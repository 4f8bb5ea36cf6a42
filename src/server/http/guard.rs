//! Who may see a page, decided before anything renders, by the one table of pages.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use super::cookies::{CookieJar, Cookies};
use super::{door, error_page};
use crate::error::AppError;
use crate::routes::{self, Access};
use crate::server::service::session::Visitor;
use crate::server::state::AppState;

/// Lets the request through to the page, or answers 302 or 403. A path that is not in the table is no page.
pub async fn guard(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let visitor = request.extensions().get::<Visitor>();
    let (is_logged_in, roles) = (visitor.is_some(), visitor.map(Visitor::roles));
    let Some(access) = routes::access(request.uri().path()) else { return refuse(&state, request, AppError::NotFound) };
    if routes::is_allowed(access, roles.as_ref()) {
        return show(&state, request, next).await;
    }
    match access {
        // To where the login would have led: a request that lost a race against a new token ends there.
        Access::Anonymous => door::found(&next_of(request.uri().query().unwrap_or_default())),
        _ if is_logged_in => refuse(&state, request, AppError::MissingRole),
        _ => door::found(&routes::login_then(
            request.uri().path_and_query().map_or(routes::SECRET, |path| path.as_str()),
        )),
    }
}

fn next_of(query: &str) -> String {
    let next = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "next");
    routes::safe_return_to(next.as_ref().map_or("", |(_, next)| next)).to_owned()
}

fn refuse(state: &AppState, request: Request, error: AppError) -> Response {
    let (parts, _) = request.into_parts();
    error_page::respond(state, &parts, error)
}

/// Shows the page, and takes the flash away that it shows; a form that waits in it for the password goes on waiting.
async fn show(state: &AppState, request: Request, next: Next) -> Response {
    let cookies = Cookies::of(&state.config);
    let jar = CookieJar::of(request.headers(), &cookies);
    let flash = jar.flash();
    let is_shown =
        jar.has_flash() && flash.as_ref().is_none_or(|flash| door::page_of(&flash.form) == Some(request.uri().path()));
    let mut response = next.run(request).await;
    let waiting = flash.and_then(|flash| flash.waiting);
    let left = waiting.map_or_else(|| cookies.no_flash(), |waiting| cookies.flash(&waiting));
    if is_shown && let Ok(value) = HeaderValue::from_str(&left) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
