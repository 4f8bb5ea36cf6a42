//! The page that sets a new password after a reset.

use latchkey_types::{EmailLinkDetails, paths};
use leptos::prelude::*;

use crate::auth::components::{
    EmailLinkPage, Field, FormState, UsernameForPasswordManagers, email_link_details, email_link_page, use_form,
};
use crate::auth::server_fns::{ResetLink, ResetPassword, reset_link};
use crate::auth::texts;

/// Sets a new password.
#[component]
pub fn NewPasswordPage() -> impl IntoView {
    email_link_page(EmailLinkPage {
        form: use_form::<ResetPassword>(),
        title: texts::CHOOSE_PASSWORD,
        read: |token| email_link_details::<ResetLink, _>(token, reset_link),
        lead,
        fields,
        submit: (texts::SAVE_PASSWORD, texts::SAVING_PASSWORD),
        for_other: texts::LINK_FOR_OTHER,
        request_new: paths::RESET,
    })
}

fn lead(details: &EmailLinkDetails) -> AnyView {
    let username = details.username.clone();
    view! { <p class="lead">{texts::CHOOSE_PASSWORD_LEAD}<strong>{username}</strong>{texts::CHOOSE_PASSWORD_LEAD_END}</p> }
        .into_any()
}

fn fields(form: FormState, details: &EmailLinkDetails) -> AnyView {
    view! {
        <UsernameForPasswordManagers username=details.username.clone()/>
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
    }
    .into_any()
}
