//! Pages that say what went wrong: complete documents without scripts, so that they work whatever is broken.

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{Html, IntoResponse, Response};
use leptos::prelude::*;

use super::door;
use crate::app::error_document;
use crate::error::AppError;
use crate::server::context;
use crate::server::state::AppState;
use crate::visit::Visit;

/// The page for an error, with its status and the header of who is logged in.
pub fn respond(state: &AppState, asked: &Parts, error: AppError) -> Response {
    render(state, context::visit_of(state, asked), error)
}

/// The same where nothing is known of the request.
pub fn anonymous(state: &AppState, error: AppError) -> Response {
    render(state, Visit::default(), error)
}

fn render(state: &AppState, visit: Visit, error: AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let retry_after = error.retry_after_seconds();
    let html = Owner::new().with(|| error_document(&state.assets.names(), visit, error).to_html());
    let mut response = (status, Html(html)).into_response();
    door::add_retry_after(&mut response, retry_after);
    response
}
