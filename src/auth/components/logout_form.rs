//! The logout button.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::auth::server_fns::Logout;
use crate::auth::texts;

/// A plain form, even with scripts: a logout loads a new document anyway.
#[component]
pub fn LogoutForm() -> impl IntoView {
    view! {
        <form method="post" action=Logout::PATH>
            <button type="submit" class="button quiet">{texts::LOG_OUT}</button>
        </form>
    }
}
