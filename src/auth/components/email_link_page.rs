//! The pages that links of emails lead to. GET never consumes a link; submitting its form does: scanners open links, too.

use std::future::Future;

use latchkey_types::{AppError, EmailLinkDetails};
use leptos::either::Either;
use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{Alert, FormError, FormFunction, FormState, Submit, use_form};
use crate::auth::{report_status, texts, title};

/// What differs between these pages.
pub struct EmailLinkPage<R> {
    /// The headline.
    pub title: &'static str,
    /// Reads what the link is about.
    pub read: fn(String) -> R,
    /// What is said above the form.
    pub lead: fn(&EmailLinkDetails) -> AnyView,
    /// The fields of the form, besides the token.
    pub fields: fn(FormState, &EmailLinkDetails) -> AnyView,
    /// The button, and what it says while the form is under way.
    pub submit: (&'static str, &'static str),
    /// Where a new link can be requested.
    pub request_new: &'static str,
}

/// By hand, because `R` need not be one.
impl<R> Clone for EmailLinkPage<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for EmailLinkPage<R> {}

/// The page of a link whose form posts to `S`. An invalid link shows why, and where to request a new one.
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
