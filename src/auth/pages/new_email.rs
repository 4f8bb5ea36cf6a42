//! The page that confirms a new email address.

use latchkey_types::{EmailLinkDetails, paths};
use leptos::prelude::*;

use crate::auth::components::{EmailLinkPage, email_link_details, email_link_page, use_form};
use crate::auth::server_fns::{ConfirmEmail, EmailLink, email_link};
use crate::auth::texts;

/// Confirms a new email address.
#[component]
pub fn NewEmailPage() -> impl IntoView {
    email_link_page(EmailLinkPage {
        form: use_form::<ConfirmEmail>(),
        title: texts::NEW_EMAIL,
        read: |token| email_link_details::<EmailLink, _>(token, email_link),
        lead,
        fields: |_, _| ().into_any(),
        submit: (texts::CONFIRM_ADDRESS, texts::CONFIRMING_ADDRESS),
        for_other: texts::LINK_FOR_OTHER,
        request_new: paths::ACCOUNT,
    })
}

fn lead(details: &EmailLinkDetails) -> AnyView {
    let EmailLinkDetails { username, email } = details.clone();
    view! {
        <p class="lead">
            {texts::NEW_EMAIL_LEAD}<strong>{email}</strong>{texts::FOR_THE_ACCOUNT}<strong>{username}</strong>"."
        </p>
    }
    .into_any()
}
