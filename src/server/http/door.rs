//! The door to the server functions: one answer to a form, another to the hydrated page, from one result.
//!
//! A form (`Accept` has `text/html`) is answered 302: onwards when it was taken, back to its own page with a flash when
//! it was refused. Leptos would put the error into the URL of the Referer, where anybody can write one; so the function
//! is always asked for JSON here, and its answer is translated.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::cookies::{CookieJar, Cookies};
use super::error_page;
use crate::error::AppError;
use crate::routes;
use crate::server::security::opaque_token::MailToken;
use crate::server::state::AppState;
use crate::visit::{Flash, Outcome};

/// Largest body, in bytes.
pub const BODY_MAX: usize = 8 * 1024;
/// How long a whole body may take to arrive. A limit on idle time alone would let one byte a second through.
pub const BODY_DEADLINE: Duration = Duration::from_secs(15);
/// Largest answer of a server function that is read to translate it.
const ANSWER_MAX: usize = 1024 * 1024;
/// What was typed and may be shown again. A list of what may, so that a new secret field is none by forgetting.
const SHOWN_AGAIN: [&str; 5] = ["username", "email", "remember", "id", "roles"];
const SERVER_FN_REDIRECT: HeaderName = HeaderName::from_static("serverfnredirect");

/// Marks a request that a form without scripts sent.
#[derive(Clone, Copy, Debug)]
pub struct FormPost;

/// The page on which a form lies, by the last segment of its server function's path.
#[must_use]
pub fn page_of(form: &str) -> Option<&'static str> {
    routes::form(form).map(|(page, _)| page)
}

/// Reads the body, lets the function answer in JSON, and translates.
pub async fn translate(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let is_form = accepts_html(&parts.headers);
    let asked = parts.clone();
    let bytes = match read(body).await {
        Ok(bytes) => bytes,
        Err(error) => return refuse(&state, &asked, error),
    };
    if is_form {
        parts.extensions.insert(FormPost);
    }
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let response = next.run(Request::from_parts(parts, Body::from(bytes.clone()))).await;
    if response.status().is_success() {
        return if is_form { onwards(response, &asked, &bytes) } else { response };
    }
    if is_form && response.status() == StatusCode::NOT_FOUND {
        return error_page::respond(&state, &asked, AppError::NotFound);
    }
    // Not of a server function: no such path, no such method, a fault.
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (parts, body) = response.into_parts();
    let error = match Limited::new(body, ANSWER_MAX).collect().await {
        Ok(answer) => serde_json::from_slice(&answer.to_bytes()).unwrap_or(AppError::Internal),
        Err(_) => AppError::Internal,
    };
    let mut refused = if is_form { back(&state, &asked, &bytes, error) } else { as_json(&error) };
    let cookies = parts.headers.get_all(header::SET_COOKIE).iter().cloned();
    for cookie in cookies {
        refused.headers_mut().append(header::SET_COOKIE, cookie);
    }
    refused
}

/// Refuses a request to the cookie door before any server function saw it: a page gets a page, a form is sent back, the
/// hydrated page gets the code.
pub fn refuse(state: &AppState, asked: &Parts, error: AppError) -> Response {
    let is_server_fn = asked.uri.path().starts_with(routes::SERVER_FNS);
    // Behind the translation a form is known by its mark: it asks for JSON there.
    let is_form = accepts_html(&asked.headers) || asked.extensions.get::<FormPost>().is_some();
    match (is_server_fn, is_form) {
        // Sent back with a flash it would pass for a form of ours.
        (true, true) if error != AppError::CrossSite => back(state, asked, &[], error),
        (true, false) => as_json(&error),
        _ => error_page::respond(state, asked, error),
    }
}

/// The whole body, as far as it is small and quick enough.
pub(super) async fn read(body: Body) -> Result<Vec<u8>, AppError> {
    match tokio::time::timeout(BODY_DEADLINE, Limited::new(body, BODY_MAX).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes().to_vec()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(AppError::TooLarge),
        _ => Err(AppError::Malformed),
    }
}

/// Whether a form without scripts asks.
fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|accept| accept.contains("text/html"))
}

/// A form that was taken: 302 to where the function says, or to the form's page.
fn onwards(mut response: Response, asked: &Parts, body: &[u8]) -> Response {
    let headers = response.headers_mut();
    headers.remove(SERVER_FN_REDIRECT);
    headers.remove(header::CONTENT_TYPE);
    headers.remove(header::CONTENT_LENGTH);
    if !headers.contains_key(header::LOCATION) {
        let page = page_of(form_name(asked)).unwrap_or(routes::HOME);
        let location = HeaderValue::from_str(&as_it_was(page, body));
        headers.insert(header::LOCATION, location.unwrap_or(HeaderValue::from_static(page)));
    }
    *response.status_mut() = StatusCode::FOUND;
    *response.body_mut() = Body::empty();
    response
}

/// The page of a form with the query that it had: the token of its link, or what stands in the form's `next` if that is
/// this very page. So a link is shown again, and a list stays where it was.
fn as_it_was(page: &str, body: &[u8]) -> String {
    if routes::is_linked(page) {
        let token = url::form_urlencoded::parse(body).find(|(name, _)| name == "token");
        let token = token.and_then(|(_, token)| MailToken::parse(&token));
        return token.map_or_else(|| page.to_owned(), |token| routes::link(page, token.expose()));
    }
    let next = url::form_urlencoded::parse(body).find(|(name, _)| name == "next").map(|(_, next)| next);
    let next = next.as_deref().map(routes::safe_return_to);
    next.filter(|next| next.split(['?', '#']).next() == Some(page)).unwrap_or(page).to_owned()
}

/// A form that was refused: 302 to its own page, with a flash.
fn back(state: &AppState, asked: &Parts, body: &[u8], error: AppError) -> Response {
    // Whoever is not logged in any more can't be told on a page that they may not see.
    if error == AppError::NotLoggedIn {
        let page = page_of(form_name(asked)).unwrap_or(routes::HOME);
        return found(&routes::login_then(&as_it_was(page, body)));
    }
    let page = page_of(form_name(asked)).filter(|_| error != AppError::MissingRole);
    let Some(page) = page else { return error_page::respond(state, asked, error) };
    let typed = url::form_urlencoded::parse(body).collect::<Vec<_>>();
    let values = typed.iter().filter(|(name, _)| SHOWN_AGAIN.contains(&name.as_ref()));
    let values = values.map(|(name, value)| (name.clone().into_owned(), value.clone().into_owned())).collect();
    let next = typed.iter().find(|(name, _)| name == "next").map(|(_, next)| routes::safe_return_to(next));
    let next = next.filter(|next| *next != routes::SECRET);
    let cookies = Cookies::of(&state.config);
    let here = as_it_was(page, body);
    let mut response = match (page, next) {
        _ if error == AppError::ReauthenticationRequired => found(&routes::confirm_then(&here)),
        (routes::LOGIN, Some(next)) => found(&routes::login_then(next)),
        (routes::CONFIRM, Some(next)) => found(&routes::confirm_then(next)),
        _ => found(&here),
    };
    let flash = Flash {
        form: form_name(asked).to_owned(),
        outcome: Outcome::Rejected(error),
        values,
        waiting: waiting(&asked.headers, &cookies).filter(|_| page == routes::CONFIRM).map(Box::new),
    };
    if let Ok(value) = HeaderValue::from_str(&cookies.flash(&flash)) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// The form that waits, by the cookie of a request, for the password to be given again.
#[must_use]
pub fn waiting(headers: &HeaderMap, cookies: &Cookies) -> Option<Flash> {
    CookieJar::of(headers, cookies).flash().and_then(Flash::into_waiting)
}

/// 302: after a POST, every browser asks for the target with GET.
pub fn found(location: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}

fn form_name(asked: &Parts) -> &str {
    asked.uri.path().rsplit('/').next().unwrap_or_default()
}

fn as_json(error: &AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, axum::Json(error)).into_response();
    add_retry_after(&mut response, error.retry_after_seconds());
    response
}

/// A refusal in the words of a server function, for [`translate`] to put into those of who asked.
pub fn untranslated(error: &AppError) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(error)).into_response()
}

/// Says when to try again, where that helps.
pub fn add_retry_after(response: &mut Response, seconds: Option<u32>) {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}
