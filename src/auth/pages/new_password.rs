//! Where somebody who forgot their password sets another one.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::auth::components::{AnotherLink, Field, FormError, Submit, linked, use_form};
use crate::auth::server_fns::{ResetPassword, reset_link};
use crate::auth::{texts, title};
use latchkey_types::Link;
use latchkey_types::paths;

/// The new password.
#[component]
pub fn NewPasswordPage() -> impl IntoView {
    view! {
        <Title text=title(texts::CHOOSE_PASSWORD)/>
        <section class="card">
            <h1>{texts::CHOOSE_PASSWORD}</h1>
            {linked(reset_link, new_password, paths::RESET)}
        </section>
    }
}

fn new_password(link: Link, token: String) -> impl IntoView {
    let (action, form) = use_form::<ResetPassword>();
    let username = link.username;
    view! {
        <p class="lead">{texts::CHOOSE_PASSWORD_LEAD}<strong>{username.clone()}</strong>{texts::CHOOSE_PASSWORD_LEAD_END}</p>
        <ActionForm action node_ref=form.node attr:class="form">
            <FormError form/>
            <AnotherLink form to=paths::RESET/>
            <input type="hidden" name="token" value=token/>
            // For those programs that keep passwords; not sent.
            <input type="text" autocomplete="username" value=username hidden=true readonly=true/>
            <Field
                form
                name="password"
                label=texts::PASSWORD
                kind="password"
                autocomplete="new-password"
                hint=Some(texts::PASSWORD_HINT)
            />
            <Field
                form
                name="password_confirmation"
                label=texts::PASSWORD_CONFIRMATION
                kind="password"
                autocomplete="new-password"
            />
            <Submit label=texts::SAVE_PASSWORD busy_label=texts::SAVING_PASSWORD is_busy=form.is_leaving/>
        </ActionForm>
    }
}
