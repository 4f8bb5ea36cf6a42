//! The guard of pages and server functions: checks access before they run, by the tables in [`crate::routes`].

use axum::extract::{Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use latchkey_axum::cookies::Cookies;
use latchkey_axum::core::client::Client;
use latchkey_axum::core::service::session::AuthSession;
use latchkey_axum::rejection::reject;
use latchkey_types::routes::{Feature, Page};
use latchkey_types::{Access, AppError, paths};

use super::context::admit;
use super::form_posts::{FormPost, redirect};
use super::{ServerState, error_page};
use crate::{routes, site};

/// Passes the request to the page, or answers with 302, 403 or 404.
pub async fn guard_page(State(state): State<ServerState>, jar: Cookies, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let is_there = |page: &&Page| match page.feature {
        None => true,
        Some(Feature::Registration) => state.app.config.registration_is_open,
        Some(Feature::LoginByEmail) => state.app.config.login_by_email,
    };
    let Some(page) = routes::page_at(parts.uri.path()).filter(is_there) else {
        return error_page::respond(&state, &parts, AppError::NotFound);
    };
    let Some(client) = parts.extensions.get::<Client>() else { return reject(AppError::Internal) };
    match admit(&state.app, page.access, parts.extensions.get(), client, parts.uri.path()).await {
        Ok(()) => show(&state, &jar, Request::from_parts(parts, body), next).await,
        Err(AppError::NotLoggedIn) => {
            redirect(&paths::login_then(parts.uri.path_and_query().map_or(paths::HOME, |path| path.as_str())))
        }
        Err(AppError::SecondFactorMissing) => redirect(paths::SECOND_FACTOR),
        // Already logged in, for example in another tab: to the page that the login leads to.
        Err(_) if page.access == Access::Anonymous => {
            redirect(&next_of(parts.uri.query().unwrap_or_default(), parts.extensions.get()))
        }
        Err(error) => error_page::respond(&state, &parts, error),
    }
}

fn next_of(query: &str, session: Option<&AuthSession>) -> String {
    let next = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "next");
    let roles = session.map(AuthSession::roles).unwrap_or_default();
    let next = next.as_ref().and_then(|(_, next)| routes::return_to(next, &roles));
    next.unwrap_or(site::CONFIG.after_login).to_owned()
}

/// Passes the request to the server function, if the table lists it and the user may call it.
pub async fn guard_function(State(state): State<ServerState>, request: Request, next: Next) -> Response {
    let function = routes::server_function_at(request.uri().path());
    let (parts, body) = request.into_parts();
    let Some(client) = parts.extensions.get::<Client>() else { return reject(AppError::Internal) };
    let admitted = match function {
        Some(function) => admit(&state.app, function.access, parts.extensions.get(), client, parts.uri.path()).await,
        None => Err(AppError::NotFound),
    };
    match admitted {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        // Rendered here, because the user is known here: the header shows their name.
        Err(AppError::MissingRole) if parts.extensions.get::<FormPost>().is_some() => {
            error_page::respond(&state, &parts, AppError::MissingRole)
        }
        Err(error) => reject(error),
    }
}

/// Shows the page, and clears the flash that it shows. A form that waits for the password keeps waiting.
async fn show(state: &ServerState, jar: &Cookies, request: Request, next: Next) -> Response {
    let flash = state.app.cookies.flash(jar);
    // HEAD must not clear the flash.
    let is_shown = request.method() == Method::GET
        && state.app.cookies.has_flash(jar)
        && flash.as_ref().is_none_or(|flash| flash.page == request.uri().path());
    let response = next.run(request).await;
    // A page that could not load does not show it; it is kept until the database is back.
    if is_shown && response.status() != StatusCode::SERVICE_UNAVAILABLE {
        if let Some(draft) = flash.as_ref().and_then(|flash| flash.draft.as_deref()) {
            // If it cannot be deleted, it expires.
            let _ = state.app.services.form_drafts.delete(draft).await;
        }
        match flash.and_then(|flash| flash.waiting) {
            Some(pending) => state.app.cookies.set_flash(jar, &pending),
            None => state.app.cookies.clear_flash(jar),
        }
    }
    response
}
