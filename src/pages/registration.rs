//! Where an account begins.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::components::{Field, FormError, Submit, use_form};
use crate::server_fns::Register;
use crate::visit::use_visit;
use crate::{routes, texts};

/// The registration.
#[component]
pub fn RegistrationPage() -> impl IntoView {
    let (action, form) = use_form::<Register>();
    let needs_email = use_visit().confirm_email;
    let email_hint = (!needs_email).then_some(texts::EMAIL_OPTIONAL);
    view! {
        <Title text=texts::title(texts::REGISTER)/>
        <section class="card">
            <h1>{texts::REGISTER}</h1>
            <p class="lead">{texts::REGISTRATION_LEAD}</p>
            <ActionForm action node_ref=form.node attr:class="form">
                <FormError form/>
                <Field form name="username" label=texts::USERNAME autocomplete="username" hint=Some(texts::USERNAME_HINT)/>
                <Field
                    form
                    name="email"
                    label=texts::EMAIL
                    kind="email"
                    autocomplete="email"
                    hint=email_hint
                    required=needs_email
                />
                <Field
                    form
                    name="password"
                    label=texts::PASSWORD
                    kind="password"
                    autocomplete="new-password"
                    hint=Some(texts::PASSWORD_HINT)
                />
                <Submit label=texts::REGISTER busy_label=texts::REGISTERING is_busy=form.is_leaving/>
            </ActionForm>
            <p class="aside">{texts::ALREADY_REGISTERED} " " <a href=routes::LOGIN>{texts::LOG_IN}</a></p>
        </section>
    }
}
