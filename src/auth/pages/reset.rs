//! Where somebody who forgot their password requests a link.

use latchkey_types::Notice;
use leptos::prelude::*;

use crate::auth::components::request_email_page;
use crate::auth::server_fns::RequestReset;
use crate::auth::texts;

/// The question for the address.
#[component]
pub fn ResetPage() -> impl IntoView {
    request_email_page::<RequestReset>(texts::RESET, texts::RESET_LEAD, Notice::ResetMailed)
}
