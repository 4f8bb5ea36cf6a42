//! Form posts: plain forms get redirects, the hydrated page gets JSON, from the same server functions.
//!
//! A form without scripts (`Sec-Fetch-Dest: document`, or `Accept` contains `text/html`) is answered with 302: to the next
//! page if it was accepted, or back to its page with a flash if it was rejected. Leptos would put the error into the URL of
//! the Referer, which anyone can forge. So functions are always asked for JSON, and their responses are translated here.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, Limited};
use latchkey_axum::body;
use latchkey_axum::cookies::{self, Cookies};
use latchkey_axum::rejection::{Rejection, reject};
use latchkey_axum::request_headers::{ITEMS_MAX, items};
use latchkey_types::routes::{ServerFunction, path_of};
use latchkey_types::{Access, AppError, Flash, Outcome, paths};

use super::{ServerState, error_page};
use crate::{routes, site};

/// Maximum size of a response that is translated.
const RESPONSE_MAX: usize = 1024 * 1024;
const SERVER_FN_REDIRECT: HeaderName = HeaderName::from_static("serverfnredirect");

/// Marks a request of a form without scripts.
#[derive(Clone, Debug)]
pub struct FormPost {
    /// Path and query of the form's page.
    pub url: String,
}

/// A posted form.
struct Form {
    function: &'static ServerFunction,
    fields: Vec<(String, String)>,
    /// Path and query of its page.
    url: String,
}

impl Form {
    fn read(function: &'static ServerFunction, body: &[u8]) -> Self {
        let fields = url::form_urlencoded::parse(body).into_owned().collect::<Vec<_>>();
        let url = function.form_url(|name| field(&fields, name), site::CONFIG.after_login);
        Self { function, fields, url }
    }

    /// The values that may be refilled.
    fn refill(&self) -> Vec<(String, String)> {
        self.fields.iter().filter(|(name, _)| self.function.refill.contains(&name.as_str())).cloned().collect()
    }
}

fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
}

/// Reads the body, lets the server function answer in JSON, and translates its response.
pub async fn handle_form_post(
    State(state): State<ServerState>,
    jar: Cookies,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let is_form = is_form_post(&parts.headers);
    let asked = parts.clone();
    let function = routes::server_function_at(parts.uri.path());
    let limit = function.map_or(ServerFunction::BODY_MAX, |function| function.body_max);
    let (bytes, error) = match body::read(body, limit).await {
        Ok(bytes) => (bytes, None),
        Err(error) => (axum::body::Bytes::new(), Some(error)),
    };
    let form = function.filter(|_| is_form).map(|function| Form::read(function, &bytes));
    if let Some(form) = &form {
        parts.extensions.insert(FormPost { url: form.url.clone() });
    }
    let response = match error {
        Some(error) => reject(error),
        None => {
            parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
            next.run(Request::from_parts(parts, Body::from(bytes))).await
        }
    };
    if response.status().is_success() {
        return match form {
            Some(form) => redirect_after_success(response, &form),
            None => response,
        };
    }
    match (pass(response).await, form) {
        (Err(error), Some(form)) => redirect_back(&state, &asked, &jar, form, error).await,
        (Err(error), None) if is_form => error_page::respond(&state, &asked, error),
        (Err(error), None) => reject(error),
        (Ok(response), _) => response,
    }
}

/// Whether the request comes from a form without scripts. Browsers say so in `Sec-Fetch-Dest`; others, and browsers without
/// https, only in `Accept`, which proxies and extensions may rewrite.
fn is_form_post(headers: &HeaderMap) -> bool {
    let says = |name: &str, value: &str| headers.get(name).is_some_and(|header| header.as_bytes() == value.as_bytes());
    if says("sec-fetch-dest", "document") || says("sec-fetch-mode", "navigate") {
        return true;
    }
    // A script of the hydrated page.
    if says("sec-fetch-dest", "empty") {
        return false;
    }
    items(headers, &header::ACCEPT, b',').take(ITEMS_MAX).any(|item| {
        let media_type = item.split(|byte| *byte == b';').next().unwrap_or_default();
        media_type.trim_ascii().eq_ignore_ascii_case(b"text/html")
    })
}

/// Returns the response, unless it is an error of a middleware or of a server function.
async fn pass(response: Response) -> Result<Response, AppError> {
    if let Some(Rejection(error)) = response.extensions().get() {
        return Err(error.clone());
    }
    // Leptos 0.8 answers every error of a server function with this status.
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return Ok(response);
    }
    match Limited::new(response.into_body(), RESPONSE_MAX).collect().await {
        Ok(body) => Err(serde_json::from_slice(&body.to_bytes()).unwrap_or(AppError::Internal)),
        Err(_) => Err(AppError::Internal),
    }
}

/// Accepted form: 302 to the redirect of the function, or to the form's page.
fn redirect_after_success(mut response: Response, form: &Form) -> Response {
    let headers = response.headers_mut();
    headers.remove(SERVER_FN_REDIRECT);
    headers.remove(header::CONTENT_TYPE);
    headers.remove(header::CONTENT_LENGTH);
    if !headers.contains_key(header::LOCATION) {
        let location = HeaderValue::from_str(&form.url);
        headers.insert(header::LOCATION, location.unwrap_or(HeaderValue::from_static(paths::HOME)));
    }
    *response.status_mut() = StatusCode::FOUND;
    *response.body_mut() = Body::empty();
    response
}

/// Rejected form: 302 to its own page, with a flash.
async fn redirect_back(state: &ServerState, asked: &Parts, jar: &Cookies, form: Form, error: AppError) -> Response {
    match error {
        // A flash would make a cross-site post look like a form of this site, or be for a page that the user may not
        // see.
        AppError::CrossSite | AppError::MissingRole => return error_page::respond(state, asked, error),
        AppError::NotLoggedIn => return redirect(&paths::login_then(&form.url)),
        _ => {}
    }
    let next = field(&form.fields, "next").and_then(paths::safe_return_to);
    let next = next.filter(|next| *next != site::CONFIG.after_login);
    let location = match (path_of(&form.url), next) {
        _ if error == AppError::ReauthenticationRequired => paths::confirm_then(&form.url),
        (paths::LOGIN, Some(next)) => paths::login_then(next),
        (paths::CONFIRM, Some(next)) => paths::confirm_then(next),
        (paths::LOGIN_VERIFY, Some(next)) => paths::verify_then(next),
        _ => form.url.clone(),
    };
    let page = path_of(&form.url);
    let pending = state.app.cookies.flash(jar).and_then(Flash::into_waiting).filter(|_| page == paths::CONFIRM);
    let mut flash = Flash {
        form: Some(form.function.errors_at.unwrap_or(form.function.name).to_owned()),
        values: form.refill(),
        waiting: pending.map(Box::new),
        ..Flash::of_page(page, Outcome::Rejected(error))
    };
    // Long forms are kept only for authenticated users: anyone else could fill the table.
    let is_long = form.function.body_max > ServerFunction::BODY_MAX && form.function.access != Access::Everyone;
    if is_long && cookies::encode(&flash).len() > cookies::FLASH_MAX {
        // If it cannot be stored, the form comes back empty.
        flash.draft = state.app.services.form_drafts.save(&flash.values).await.ok();
        flash.values = Vec::new();
    }
    state.app.cookies.set_flash(jar, &flash);
    redirect(&location)
}

/// 302: after a POST, browsers request the target with GET.
pub fn redirect(location: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, location)]).into_response()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test may fail by it")]
mod tests {
    use super::*;

    #[test]
    fn a_form_without_scripts_is_known_by_its_headers() {
        let is_form = |accept: &[u8], fetch: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_bytes(accept).unwrap());
            for (name, value) in fetch {
                headers.insert(*name, value.parse().unwrap());
            }
            is_form_post(&headers)
        };
        for accept in [&b"text/html"[..], b"\xff, Text/HTML ;q=0.9,*/*", b"application/json, text/html"] {
            assert!(is_form(accept, &[]));
        }
        for accept in [&b"*/*"[..], b"application/json", b"text/htmlx", b"text/x;v=\"text/html\""] {
            assert!(!is_form(accept, &[]));
        }
        assert!(is_form(b"*/*", &[("sec-fetch-dest", "document")]));
        assert!(is_form(b"application/json", &[("sec-fetch-mode", "navigate")]));
        assert!(!is_form(b"text/html", &[("sec-fetch-dest", "empty"), ("sec-fetch-mode", "cors")]));
    }
}
