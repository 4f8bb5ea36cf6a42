//! Per-request data for every page: user, flash and settings.
//!
//! The server provides it before rendering, and passes it to the browser with the page.

use latchkey_types::{CurrentUser, Flash, Theme};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The JSON of a [`PageContext`]: reading a list takes less WASM than reading an object.
type Json = (Option<CurrentUser>, Option<Flash>, String, bool, bool, bool, bool);

impl From<Json> for PageContext {
    fn from(
        (user, flash, path_and_query, registration_is_open, confirm_email, login_by_email, dev_mail): Json,
    ) -> Self {
        Self {
            user,
            flash,
            path_and_query,
            registration_is_open,
            confirm_email,
            login_by_email,
            dev_mail,
            theme: Theme::default(),
        }
    }
}

impl From<PageContext> for Json {
    fn from(context: PageContext) -> Self {
        let PageContext {
            user,
            flash,
            path_and_query,
            registration_is_open,
            confirm_email,
            login_by_email,
            dev_mail,
            ..
        } = context;
        (user, flash, path_and_query, registration_is_open, confirm_email, login_by_email, dev_mail)
    }
}

/// Per-request data for every page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Json", into = "Json")]
pub struct PageContext {
    /// The authenticated user.
    pub user: Option<CurrentUser>,
    /// The result of the previous request, if it is for this page.
    pub flash: Option<Flash>,
    /// Path and query of the request.
    pub path_and_query: String,
    /// Whether registration is open.
    pub registration_is_open: bool,
    /// Whether an account is confirmed by email before it can be used.
    pub confirm_email: bool,
    /// Whether a link in an email logs in.
    pub login_by_email: bool,
    /// Whether emails are saved on this machine, to be read at [`latchkey_types::paths::DEV_MAIL`].
    pub dev_mail: bool,
    /// The theme. On the server only: the browser reads it from the document.
    pub theme: Theme,
}

/// Provides the page context: on the server from the request, in the browser from the page.
pub fn provide_page_context() -> PageContext {
    let context = SharedValue::new(|| use_context::<PageContext>().unwrap_or_default()).into_inner();
    provide_context(context.clone());
    context
}

/// Returns the page context.
#[must_use]
pub fn use_page_context() -> PageContext {
    use_context().unwrap_or_default()
}
