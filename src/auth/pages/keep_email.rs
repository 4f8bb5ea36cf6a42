//! Where somebody stops a change of their address that they did not ask for.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::auth::components::{AnotherLink, FormError, Submit, linked, use_form};
use crate::auth::server_fns::{KeepEmail, email_link};
use crate::auth::{texts, title};
use latchkey_types::Link;
use latchkey_types::paths;

/// The old address is kept.
#[component]
pub fn KeepEmailPage() -> impl IntoView {
    view! {
        <Title text=title(texts::KEEP_EMAIL)/>
        <section class="card">
            <h1>{texts::KEEP_EMAIL}</h1>
            {linked(email_link, keeping, paths::RESET)}
        </section>
    }
}

fn keeping(link: Link, token: String) -> impl IntoView {
    let (action, form) = use_form::<KeepEmail>();
    view! {
        <p class="lead">
            {texts::KEEP_EMAIL_LEAD}<strong>{link.email}</strong>{texts::FOR_THE_ACCOUNT}<strong>{link.username}</strong>"."
        </p>
        <p>{texts::KEEP_EMAIL_ADVICE}</p>
        <ActionForm action node_ref=form.node attr:class="form">
            <FormError form/>
            <AnotherLink form to=paths::RESET/>
            <input type="hidden" name="token" value=token/>
            <Submit label=texts::KEEP_ADDRESS busy_label=texts::KEEPING_ADDRESS is_busy=form.is_leaving/>
        </ActionForm>
    }
}
