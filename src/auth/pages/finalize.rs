//! The page that confirms a registration.

use latchkey_types::{EmailLinkDetails, paths};
use leptos::prelude::*;

use crate::auth::components::{
    EmailLinkPage, Field, FormState, UsernameForPasswordManagers, email_link_details, email_link_page, use_form,
};
use crate::auth::server_fns::{Finalize, RegistrationLink, registration_link};
use crate::auth::texts;

/// Confirms a registration with its password.
#[component]
pub fn FinalizePage() -> impl IntoView {
    email_link_page(EmailLinkPage {
        form: use_form::<Finalize>(),
        title: texts::FINALIZE,
        read: |token| email_link_details::<RegistrationLink, _>(token, registration_link),
        lead,
        fields,
        submit: (texts::CONFIRM_ACCOUNT, texts::CONFIRMING_ACCOUNT),
        for_other: texts::FINALIZE_FOR_OTHER,
        request_new: paths::RESEND,
    })
}

fn lead(details: &EmailLinkDetails) -> AnyView {
    let username = details.username.clone();
    view! {
        <p class="lead">{texts::FINALIZE_LEAD}<strong>{username}</strong>{texts::FINALIZE_LEAD_END}</p>
        <p class="hint">{texts::NOT_YOU}</p>
    }
    .into_any()
}

fn fields(form: FormState, details: &EmailLinkDetails) -> AnyView {
    view! {
        <UsernameForPasswordManagers username=details.username.clone()/>
        <Field form name="password" label=texts::PASSWORD kind="password" autocomplete="current-password"/>
    }
    .into_any()
}
