//! Pages that email links open. GET never consumes a link, because scanners open links, too; submitting its form does.

use std::future::Future;

use latchkey_types::{AppError, EmailLinkDetails, paths};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use super::{Alert, FormError, FormState, Loaded, PostForm, Submit, load, loaded_or};
use crate::auth::{report_status, set_title, texts};
use crate::page_context::use_page_context;

/// The details of a link, while they are loaded.
pub type LinkDetails = Loaded<EmailLinkDetails>;

/// Loads the details of a link by its token, with the server function `S`.
pub fn email_link_details<S, F>(token: String, call: fn(String) -> F) -> LinkDetails
where
    S: ServerFn<Output = EmailLinkDetails, Error = AppError>,
    F: Future<Output = Result<EmailLinkDetails, AppError>> + Send + 'static,
{
    let fields = paths::fields(&[("token", &token)]);
    load::<S, F>(move || (0, fields.clone()), move || call(token.clone()))
}

/// The parts that differ between these pages.
#[derive(Clone, Copy)]
pub struct EmailLinkPage {
    /// The form that consumes the link.
    pub form: FormState,
    /// Heading.
    pub title: &'static str,
    /// Loads the details of a link by its token.
    pub read: fn(String) -> LinkDetails,
    /// Text above the form.
    pub lead: fn(&EmailLinkDetails) -> AnyView,
    /// Fields of the form, in addition to the token.
    pub fields: fn(FormState, &EmailLinkDetails) -> AnyView,
    /// Label of the submit button, and its label while the form is pending.
    pub submit: (&'static str, &'static str),
    /// What submitting the form means for the user of another account who is logged in.
    pub for_other: &'static str,
    /// Path of the page that sends a new link.
    pub request_new: &'static str,
}

/// Renders the page of a link. For an invalid link it shows the reason and where to get a new one.
pub fn email_link_page(page: EmailLinkPage) -> impl IntoView {
    let token = use_query_map().read_untracked().get("token").unwrap_or_default();
    let details = (page.read)(token.clone());
    let form = move |details: EmailLinkDetails| link_form(page, &details, token.clone());
    let invalid = move |error| {
        report_status(&error);
        view! {
            <Alert error/>
            <div class="actions">
                <a class="button" href=page.request_new>{texts::ASK_FOR_ANOTHER}</a>
            </div>
        }
        .into_any()
    };
    set_title(page.title);
    view! {
        <section class="card">
            <h1>{page.title}</h1>
            {loaded_or(details, form, invalid)}
        </section>
    }
}

fn link_form(page: EmailLinkPage, details: &EmailLinkDetails, token: String) -> impl IntoView + use<> {
    let form = page.form;
    let (label, busy_label) = page.submit;
    let is_dead = move || form.error() == Some(AppError::LinkInvalid);
    let request_new = move || {
        is_dead()
            .then(|| view! { <p class="aside"><a href=page.request_new>{texts::ASK_FOR_ANOTHER}</a></p> }.into_any())
    };
    let (lead, fields) = ((page.lead)(details), (page.fields)(form, details));
    view! {
        {other_account(details, page.for_other)}
        {lead}
        <PostForm form class="form">
            <FormError form/>
            {request_new}
            <input type="hidden" name="token" value=token/>
            {fields}
            <Submit label busy_label is_busy=form.is_redirecting/>
        </PostForm>
    }
}

/// Tells a user who is logged in that the link belongs to another account.
fn other_account(details: &EmailLinkDetails, for_other: &'static str) -> Option<impl IntoView + use<>> {
    let user = use_page_context().user.filter(|user| !user.username.eq_ignore_ascii_case(&details.username))?;
    let text = format!("{} {for_other}", texts::belongs_to_another(&user.username, &details.username));
    Some(view! { <p class="notice">{text}</p> })
}
