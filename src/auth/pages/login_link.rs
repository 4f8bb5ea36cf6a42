//! The pages of a login by a link in an email.

use latchkey_types::{EmailLinkDetails, Notice, paths};
use leptos::prelude::*;

use crate::auth::components::{EmailLinkPage, email_link_details, email_link_page, request_email_page, use_form};
use crate::auth::server_fns::{LogInByLink, LoginLink, RequestLoginLink, login_link};
use crate::auth::texts;

/// Requests an email with a link to log in.
#[component]
pub fn LoginEmailPage() -> impl IntoView {
    let form = use_form::<RequestLoginLink>();
    request_email_page(form, texts::LOGIN_BY_EMAIL, texts::LOGIN_BY_EMAIL_LEAD, Notice::LoginLinkMailed)
}

/// Logs in by a link.
#[component]
pub fn LoginLinkPage() -> impl IntoView {
    email_link_page(EmailLinkPage {
        form: use_form::<LogInByLink>(),
        title: texts::LOG_IN,
        read: |token| email_link_details::<LoginLink, _>(token, login_link),
        lead,
        fields: |_, _| ().into_any(),
        submit: (texts::LOG_IN, texts::LOGGING_IN),
        for_other: texts::LOGIN_FOR_OTHER,
        request_new: paths::LOGIN_EMAIL,
    })
}

fn lead(details: &EmailLinkDetails) -> AnyView {
    let username = details.username.clone();
    view! { <p class="lead">{texts::LOGIN_LINK_LEAD}<strong>{username}</strong>"."</p> }.into_any()
}
