//! Error responses of middleware, which does not know what the client expects.
//!
//! The response carries the error as JSON, for scripts, and as an extension, from which an outer layer can build a page
//! or a redirect.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use latchkey_types::AppError;

/// Marks a response of [`reject`]; an outer layer may replace it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection(pub AppError);

/// Builds a JSON response with the status of the error, marked with [`Rejection`].
#[must_use]
pub fn reject(error: AppError) -> Response {
    let mut response = (status(&error), Json(&error)).into_response();
    add_retry_after(&mut response, error.retry_after_seconds());
    response.extensions_mut().insert(Rejection(error));
    response
}

/// Returns the HTTP status of an error.
#[must_use]
pub fn status(error: &AppError) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Adds `Retry-After` if there is a time to wait.
pub fn add_retry_after(response: &mut Response, seconds: Option<u32>) {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
}
