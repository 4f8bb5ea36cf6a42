//! The way between the pages of administrators, and between the parts of a long list.

use leptos::prelude::*;

use crate::auth::texts;
use latchkey_types::paths;

/// The pages of administrators; `current` is the path of the one that is shown.
#[component]
pub fn AdminNavigation(
    /// The path of the page that is shown.
    current: &'static str,
) -> impl IntoView {
    let link = |to: &'static str, label| {
        view! { <li><a href=to aria-current=(to == current).then_some("page")>{label}</a></li> }
    };
    view! {
        <nav aria-label=texts::ADMIN class="tabs">
            <ul>{link(paths::ADMIN_USERS, texts::USERS)} {link(paths::ADMIN_EVENTS, texts::EVENTS)}</ul>
        </nav>
    }
}

/// The links to the first rows of a list and to those that follow, where there are such. They load a new document, so that
/// keyboards and screen readers begin at its beginning.
#[component]
pub fn Paging(
    /// Where the list begins, unless this is there.
    first: Option<String>,
    /// Where it goes on.
    next: Option<String>,
) -> impl IntoView {
    (first.is_some() || next.is_some()).then(|| {
        view! {
            <nav aria-label=texts::PAGING class="actions">
                {first.map(|first| view! { <a class="button" href=first rel="external">{texts::FIRST_PAGE}</a> })}
                {next.map(|next| view! { <a class="button" href=next rel="next external">{texts::NEXT_PAGE}</a> })}
            </nav>
        }
    })
}
