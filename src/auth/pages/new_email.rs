//! Where a new address is confirmed.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::auth::components::{AnotherLink, FormError, Submit, linked, use_form};
use crate::auth::server_fns::{ConfirmEmail, email_link};
use crate::auth::{texts, title};
use latchkey_types::Link;
use latchkey_types::paths;

/// The confirmation of a new address.
#[component]
pub fn NewEmailPage() -> impl IntoView {
    view! {
        <Title text=title(texts::NEW_EMAIL)/>
        <section class="card">
            <h1>{texts::NEW_EMAIL}</h1>
            {linked(email_link, confirmation, paths::ACCOUNT)}
        </section>
    }
}

fn confirmation(link: Link, token: String) -> impl IntoView {
    let (action, form) = use_form::<ConfirmEmail>();
    view! {
        <p class="lead">
            {texts::NEW_EMAIL_LEAD}<strong>{link.email}</strong>{texts::FOR_THE_ACCOUNT}<strong>{link.username}</strong>"."
        </p>
        <ActionForm action node_ref=form.node attr:class="form">
            <FormError form/>
            <AnotherLink form to=paths::ACCOUNT/>
            <input type="hidden" name="token" value=token/>
            <Submit label=texts::CONFIRM_ADDRESS busy_label=texts::CONFIRMING_ADDRESS is_busy=form.is_leaving/>
        </ActionForm>
    }
}
