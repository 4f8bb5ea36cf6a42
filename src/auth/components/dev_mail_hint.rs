//! The way to the mails that a developer's own server did not send.

use leptos::prelude::*;

use crate::auth::texts;
use crate::page_context::use_page_context;
use latchkey_types::paths;

/// A link to them where they can be read, else nothing.
#[component]
pub fn DevMailHint() -> impl IntoView {
    // `external`: the server renders that page, and the router does not know it.
    use_page_context().dev_mail.then(|| {
        view! { <p class="aside"><a href=paths::DEV_MAIL rel="external">{texts::DEV_MAIL_HINT}</a></p> }
    })
}
