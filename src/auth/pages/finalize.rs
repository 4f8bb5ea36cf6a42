//! Where a registration becomes an account.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::auth::components::{AnotherLink, Field, FormError, Submit, linked, use_form};
use crate::auth::server_fns::{Finalize, registration_link};
use crate::auth::{texts, title};
use latchkey_types::Link;
use latchkey_types::paths;

/// The confirmation of a registration.
#[component]
pub fn FinalizePage() -> impl IntoView {
    view! {
        <Title text=title(texts::FINALIZE)/>
        <section class="card">
            <h1>{texts::FINALIZE}</h1>
            {linked(registration_link, confirmation, paths::RESEND)}
        </section>
    }
}

fn confirmation(link: Link, token: String) -> impl IntoView {
    let (action, form) = use_form::<Finalize>();
    let username = link.username;
    view! {
        <p class="lead">{texts::FINALIZE_LEAD}<strong>{username.clone()}</strong>{texts::FINALIZE_LEAD_END}</p>
        <ActionForm action node_ref=form.node attr:class="form">
            <FormError form/>
            <AnotherLink form to=paths::RESEND/>
            <input type="hidden" name="token" value=token/>
            // For those programs that keep passwords; not sent.
            <input type="text" autocomplete="username" value=username hidden=true readonly=true/>
            <Field form name="password" label=texts::PASSWORD kind="password" autocomplete="current-password"/>
            <Submit label=texts::CONFIRM_ACCOUNT busy_label=texts::CONFIRMING_ACCOUNT is_busy=form.is_leaving/>
        </ActionForm>
        <p class="aside">{texts::NOT_YOU}</p>
    }
}
