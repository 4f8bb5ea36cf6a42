//! Redirects paths with a trailing slash.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use latchkey_types::paths;

use crate::api;

/// 308 to the path without its trailing slashes, known or not; the query is kept. `/` and `/api/` are answered as they are.
pub(crate) async fn redirect(request: Request, next: Next) -> Response {
    match target(request.uri()) {
        Some(location) => (StatusCode::PERMANENT_REDIRECT, [(header::LOCATION, location)]).into_response(),
        None => next.run(request).await,
    }
}

fn target(uri: &Uri) -> Option<HeaderValue> {
    if api::is_root(uri.path()) {
        return None;
    }
    let path = paths::without_trailing_slash(uri.path())?;
    let url = uri.query().map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
    HeaderValue::from_str(&url).ok()
}
