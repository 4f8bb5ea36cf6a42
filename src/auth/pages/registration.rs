//! The registration page.

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::auth::components::{Field, FormError, FormOrNotice, FormState, Submit, use_form};
use crate::auth::server_fns::Register;
use crate::auth::{texts, title};
use crate::page_context::use_page_context;
use latchkey_types::Notice;
use latchkey_types::paths;

/// The registration page. If accounts are confirmed by email, a notice replaces the form.
#[component]
pub fn RegistrationPage() -> impl IntoView {
    let (action, form) = use_form::<Register>();
    let is_confirmed = use_page_context().confirm_email;
    let is_mailed = Signal::derive(move || is_confirmed && form.is_done());
    view! {
        <Title text=title(texts::REGISTER)/>
        <section class="card">
            <h1>{texts::REGISTER}</h1>
            <FormOrNotice is_done=is_mailed notice=Notice::ConfirmationMailed>
                <p class="lead">{texts::REGISTRATION_LEAD}</p>
                <ActionForm action node_ref=form.node attr:class="form">
                    <FormError form/>
                    <Fields form needs_email=is_confirmed/>
                    <Submit label=texts::REGISTER busy_label=texts::REGISTERING is_busy=form.is_redirecting/>
                </ActionForm>
                <p class="aside">{texts::ALREADY_REGISTERED} " " <a href=paths::LOGIN>{texts::LOG_IN}</a></p>
            </FormOrNotice>
            {is_confirmed.then(|| view! {
                <p class="aside">{texts::NO_MAIL_YET} " " <a href=paths::RESEND>{texts::RESEND}</a></p>
            })}
        </section>
    }
}

#[component]
fn Fields(form: FormState, needs_email: bool) -> impl IntoView {
    let email_hint = (!needs_email).then_some(texts::EMAIL_OPTIONAL);
    view! {
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
    }
}
