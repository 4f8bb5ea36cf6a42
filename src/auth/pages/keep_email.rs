//! The page that stops a change of the email address.

use latchkey_types::{EmailLinkDetails, paths};
use leptos::prelude::*;

use crate::auth::components::{EmailLinkPage, email_link_details, email_link_page, use_form};
use crate::auth::server_fns::{EmailLink, KeepEmail, email_link};
use crate::auth::texts;

/// Keeps the old email address.
#[component]
pub fn KeepEmailPage() -> impl IntoView {
    email_link_page(EmailLinkPage {
        form: use_form::<KeepEmail>(),
        title: texts::KEEP_EMAIL,
        read: |token| email_link_details::<EmailLink, _>(token, email_link),
        lead,
        fields: |_, _| ().into_any(),
        submit: (texts::KEEP_ADDRESS, texts::KEEPING_ADDRESS),
        for_other: texts::LINK_FOR_OTHER,
        request_new: paths::RESET,
    })
}

fn lead(details: &EmailLinkDetails) -> AnyView {
    let EmailLinkDetails { username, email } = details.clone();
    view! {
        <p class="lead">
            {texts::KEEP_EMAIL_LEAD}<strong>{email}</strong>{texts::FOR_THE_ACCOUNT}<strong>{username}</strong>"."
        </p>
        <p>{texts::KEEP_EMAIL_ADVICE}</p>
    }
    .into_any()
}
