//! The page that requests a password reset.

use latchkey_types::Notice;
use leptos::prelude::*;

use crate::auth::components::{request_email_page, use_form};
use crate::auth::server_fns::RequestReset;
use crate::auth::texts;

/// Requests an email to reset the password.
#[component]
pub fn ResetPage() -> impl IntoView {
    request_email_page(use_form::<RequestReset>(), texts::RESET, texts::RESET_LEAD, Notice::ResetMailed)
}
