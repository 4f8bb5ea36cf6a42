//! Forms that the browser fills by asking for a passkey.

use leptos::prelude::*;

use crate::auth::texts;

/// A form whose answer the browser gives by asking for a passkey: `src/server/passkeys.js` adds it, and the values of the
/// fields `next` and `remember` of the page. Shown only where scripts and the browser can.
#[component]
pub fn PasskeyForm(
    /// Path of the server function that gets the answer.
    action: &'static str,
    /// Path of the server function that begins.
    begin: &'static str,
    /// Label of the button.
    label: &'static str,
) -> impl IntoView {
    view! {
        <form method="post" action=action class="passkey form secondary" data-begin=begin>
            <button type="submit" class="button">{label}</button>
        </form>
    }
}

/// Divides the ways to log in.
#[component]
pub fn Or() -> impl IntoView {
    view! { <p class="passkey or">{texts::OR}</p> }
}
