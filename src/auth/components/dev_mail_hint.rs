//! Hint about the emails that a development server has saved.

use leptos::prelude::*;

use crate::auth::texts;
use crate::page_context::use_page_context;
use latchkey_types::paths;

/// A link to the saved emails, if they can be read there.
#[component]
pub fn DevMailHint() -> impl IntoView {
    // `external`: the server renders that page, and the router in the browser does not know it.
    use_page_context().dev_mail.then(|| {
        view! { <p class="aside"><a href=paths::DEV_MAIL rel="external">{texts::DEV_MAIL_HINT}</a></p> }.into_any()
    })
}
