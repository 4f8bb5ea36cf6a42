//! Navigation between the admin pages, and through long lists.

use leptos::prelude::*;

use crate::auth::texts;
use latchkey_types::paths;

/// Navigation between the admin pages.
#[component]
pub fn AdminNavigation(
    /// Path of the current page.
    current: &'static str,
) -> impl IntoView {
    let link = |to: &'static str, label| {
        view! { <li><a href=to aria-current=(to == current).then_some("page")>{label}</a></li> }.into_any()
    };
    view! {
        <nav aria-label=texts::ADMIN class="tabs">
            <ul>{link(paths::ADMIN_USERS, texts::USERS)} {link(paths::ADMIN_EVENTS, texts::EVENTS)}</ul>
        </nav>
    }
}

/// Links to the first and the next page of a list. They load a new document, so that keyboards and screen readers start
/// at its top.
#[component]
pub fn Paging(
    /// URL of the first page, unless it is shown.
    first: Option<String>,
    /// URL of the next page, if there is one.
    next: Option<String>,
) -> impl IntoView {
    (first.is_some() || next.is_some()).then(|| {
        view! {
            <nav aria-label=texts::PAGING class="actions">
                {first.map(|first| view! { <a class="button" href=first rel="external">{texts::FIRST_PAGE}</a> }.into_any())}
                {next.map(|next| view! { <a class="button" href=next rel="next external">{texts::NEXT_PAGE}</a> }.into_any())}
            </nav>
        }
        .into_any()
    })
}
