//! Pages that email links open. GET never consumes a link, because scanners open links, too; submitting its form does.

use std::future::Future;

use latchkey_types::{AppError, EmailLinkDetails};
use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{Alert, FormError, FormFunction, FormState, Submit, use_form};
use crate::auth::{report_status, texts, title};
use crate::page_context::use_page_context;

/// The parts that differ between these pages.
pub struct EmailLinkPage<R> {
    /// Heading.
    pub title: &'static str,
    /// Loads the details of a link by its token.
    pub read: fn(String) -> R,
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

/// Implemented by hand, because a derive would require `R: Clone`.
impl<R> Clone for EmailLinkPage<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for EmailLinkPage<R> {}

/// Renders the page of a link whose form posts to `S`. For an invalid link it shows the reason and where to get a new
/// one.
pub fn email_link_page<S, R>(page: EmailLinkPage<R>) -> impl IntoView
where
    S: FormFunction,
    R: Future<Output = Result<EmailLinkDetails, AppError>> + Send + 'static,
{
    let token = use_query_map().read_untracked().get("token").unwrap_or_default();
    let asked = token.clone();
    let details = Resource::new_blocking(|| (), move |()| (page.read)(asked.clone()));
    let content = move || {
        let token = token.clone();
        Suspend::new(async move {
            match details.await {
                Ok(details) => Either::Left(link_form::<S, R>(page, &details, token)),
                Err(error) => {
                    report_status(&error);
                    Either::Right(view! {
                        <Alert error/>
                        <div class="actions">
                            <a class="button" href=page.request_new>{texts::ASK_FOR_ANOTHER}</a>
                        </div>
                    })
                }
            }
        })
    };
    view! {
        <Title text=title(page.title)/>
        <section class="card">
            <h1>{page.title}</h1>
            <Suspense fallback=|| view! { <p class="lead">{texts::LOADING}</p> }>{content}</Suspense>
        </section>
    }
}

fn link_form<S: FormFunction, R>(
    page: EmailLinkPage<R>,
    details: &EmailLinkDetails,
    token: String,
) -> impl IntoView + use<S, R> {
    let (action, form) = use_form::<S>();
    let (label, busy_label) = page.submit;
    let is_dead = move || form.error() == Some(AppError::LinkInvalid);
    let request_new =
        move || is_dead().then(|| view! { <p class="aside"><a href=page.request_new>{texts::ASK_FOR_ANOTHER}</a></p> });
    let (lead, fields) = ((page.lead)(details), (page.fields)(form, details));
    view! {
        {other_account(details, page.for_other)}
        {lead}
        <ActionForm action node_ref=form.node attr:class="form">
            <FormError form/>
            {request_new}
            <input type="hidden" name="token" value=token/>
            {fields}
            <Submit label busy_label is_busy=form.is_redirecting/>
        </ActionForm>
    }
}

/// Tells a user who is logged in that the link belongs to another account.
fn other_account(details: &EmailLinkDetails, for_other: &'static str) -> Option<impl IntoView + use<>> {
    let user = use_page_context().user.filter(|user| !user.username.eq_ignore_ascii_case(&details.username))?;
    let text = format!("{} {for_other}", texts::belongs_to_another(&user.username, &details.username));
    Some(view! { <p class="notice">{text}</p> })
}
