//! Builds the [`PageContext`] of a request.

use axum::http::request::Parts;
use latchkey_axum::core::service::session::AuthSession;
use latchkey_types::Flash;

use super::ServerState;
use crate::page_context::PageContext;

/// Builds the page context from the request and the flash. A flash for another page is left out, and so is a form that
/// waits for the password.
#[must_use]
pub fn of_request(state: &ServerState, parts: &Parts, flash: Option<Flash>) -> PageContext {
    PageContext {
        user: parts.extensions.get::<AuthSession>().map(AuthSession::current_user),
        flash: flash.filter(|flash| flash.page == parts.uri.path()).map(|flash| Flash { waiting: None, ..flash }),
        path_and_query: parts.uri.path_and_query().map_or_else(String::new, |path| path.as_str().to_owned()),
        registration_is_open: state.app.config.registration_is_open,
        confirm_email: state.app.config.confirm_email,
        login_by_email: state.app.config.login_by_email,
        dev_mail: state.app.shows_mails(),
        theme: parts.extensions.get().map(|jar| state.app.cookies.theme(jar)).unwrap_or_default(),
    }
}
