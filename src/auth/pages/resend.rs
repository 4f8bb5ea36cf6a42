//! The page that sends the confirmation email again.

use latchkey_types::Notice;
use leptos::prelude::*;

use crate::auth::components::{request_email_page, use_form};
use crate::auth::server_fns::Resend;
use crate::auth::texts;

/// Requests another confirmation email.
#[component]
pub fn ResendPage() -> impl IntoView {
    request_email_page(use_form::<Resend>(), texts::RESEND, texts::RESEND_LEAD, Notice::ConfirmationResent)
}
