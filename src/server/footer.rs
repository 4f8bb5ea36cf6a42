//! The footer of every page: rendered on the server only, outside of what is hydrated.

use latchkey_types::Theme;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::auth::server_fns::SetTheme;
use crate::auth::texts;

/// Applies a theme without loading the page again. Without it, the form is posted as any other.
pub const THEME_SCRIPT: &str = include_str!("theme.js");

/// The theme switch.
#[component]
pub fn Footer(
    /// Path and query of the page.
    path: String,
    /// The theme that is chosen.
    chosen: Theme,
) -> impl IntoView {
    let button = |theme: Theme| {
        let is_chosen = if theme == chosen { "true" } else { "false" };
        view! {
            <button type="submit" name="theme" value=theme.name() aria-pressed=is_chosen>{texts::theme(theme)}</button>
        }
    };
    view! {
        <footer class="site-footer">
            <form method="post" action=SetTheme::PATH class="theme">
                <input type="hidden" name="next" value=path/>
                <span id="theme">{texts::THEME}</span>
                <div role="group" aria-labelledby="theme">{Theme::ALL.map(button).collect_view()}</div>
            </form>
        </footer>
    }
}
