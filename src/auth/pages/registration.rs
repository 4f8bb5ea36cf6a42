//! The registration page.

use leptos::prelude::*;

use crate::auth::components::{Field, FormError, FormOrNotice, FormState, PostForm, Submit, use_form};
use crate::auth::server_fns::Register;
use crate::auth::{set_title, texts};
use crate::page_context::use_page_context;
use latchkey_types::Notice;
use latchkey_types::paths;

/// The registration page. If accounts are confirmed by email, a notice replaces the form.
#[component]
pub fn RegistrationPage() -> impl IntoView {
    let form = use_form::<Register>();
    let is_confirmed = use_page_context().confirm_email;
    let is_mailed = Signal::derive(move || is_confirmed && form.is_done());
    set_title(texts::REGISTER);
    view! {
        <section class="card">
            <h1>{texts::REGISTER}</h1>
            <FormOrNotice is_done=is_mailed notice=Notice::ConfirmationMailed>
                <p class="lead">{texts::REGISTRATION_LEAD}</p>
                <PostForm form class="form">
                    <FormError form/>
                    <Fields form needs_email=is_confirmed/>
                    <Submit label=texts::REGISTER busy_label=texts::REGISTERING is_busy=form.is_redirecting/>
                </PostForm>
                <p class="aside">{texts::ALREADY_REGISTERED} " " <a href=paths::LOGIN>{texts::LOG_IN}</a></p>
            </FormOrNotice>
            {is_confirmed.then(|| view! {
                <p class="aside">{texts::NO_MAIL_YET} " " <a href=paths::RESEND>{texts::RESEND}</a></p>
            }.into_any())}
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
