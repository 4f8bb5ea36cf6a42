//! What every page knows of its request from its first byte on: the user, the flash, the settings that change pages.
//!
//! The server provides it before a page renders; it is carried over to the browser with the page.

use latchkey_types::{CurrentUser, Flash};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Per-request data for every page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageContext {
    /// Who is logged in.
    pub user: Option<CurrentUser>,
    /// What the last request led to, if this page is where that is told.
    pub flash: Option<Flash>,
    /// The path and query that were asked for.
    pub path_and_query: String,
    /// Whether anybody may register.
    pub registration_is_open: bool,
    /// Whether an account is confirmed by email before it can be used.
    pub confirm_email: bool,
    /// Whether emails are kept on this machine, to be read at [`latchkey_types::paths::DEV_MAIL`].
    pub dev_mail: bool,
}

/// Takes over what the server provided, on the server and, from the page, in the browser.
pub fn provide_page_context() -> PageContext {
    let context = SharedValue::new(|| use_context::<PageContext>().unwrap_or_default()).into_inner();
    provide_context(context.clone());
    context
}

/// What [`provide_page_context`] provided.
#[must_use]
pub fn use_page_context() -> PageContext {
    use_context().unwrap_or_default()
}
