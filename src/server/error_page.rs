//! Error pages: complete documents without scripts, so that they work whatever is broken.

use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use latchkey_axum::rejection::{Rejection, add_retry_after, status};
use latchkey_types::AppError;
use leptos::prelude::*;

use super::document::error_document;
use super::{ServerState, page_context};
use crate::page_context::PageContext;

/// Builds the page of an error, with its status and the header of the user.
pub fn respond(state: &ServerState, asked: &Parts, error: AppError) -> Response {
    render(state, page_context::of_request(state, asked, None), error)
}

/// Builds the page of an error without a request.
pub fn anonymous(state: &ServerState, error: AppError) -> Response {
    render(state, PageContext::default(), error)
}

/// Turns rejections by middleware into pages.
pub async fn render_rejections(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let asked = parts.clone();
    let response = next.run(Request::from_parts(parts, body)).await;
    let Some(Rejection(error)) = response.extensions().get() else { return response };
    let mut page = respond(&state, &asked, error.clone());
    // The outer layers treat it like the response that it replaces; those of logged-in users are not compressed.
    page.extensions_mut().extend(response.extensions().clone());
    page
}

fn render(state: &ServerState, context: PageContext, error: AppError) -> Response {
    let (status, retry_after) = (status(&error), error.retry_after_seconds());
    let html = Owner::new().with(|| error_document(&state.assets, context, error).to_html());
    let mut response = (status, Html(html)).into_response();
    add_retry_after(&mut response, retry_after);
    response
}
