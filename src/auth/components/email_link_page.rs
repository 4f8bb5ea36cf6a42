//! The pages that links of mails lead to. Opening one uses nothing up: scanners of mail open links too.

use std::future::Future;

use leptos::either::Either;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::{Alert, FormState};
use crate::auth::report_status;
use crate::auth::texts;
use latchkey_types::AppError;
use latchkey_types::Link;

/// What is behind the link in the address bar: `show` gets what `read` finds and the token. Where the link opens nothing,
/// it is said why, and `another` leads to another one.
pub fn linked<R, V>(read: fn(String) -> R, show: fn(Link, String) -> V, another: &'static str) -> impl IntoView
where
    R: Future<Output = Result<Link, AppError>> + Send + 'static,
    V: IntoView + 'static,
{
    let token = use_query_map().read_untracked().get("token").unwrap_or_default();
    let asked = token.clone();
    let link = Resource::new_blocking(|| (), move |()| read(asked.clone()));
    let content = move || {
        let token = token.clone();
        Suspend::new(async move {
            match link.await {
                Ok(link) => Either::Left(show(link, token)),
                Err(error) => {
                    report_status(&error);
                    Either::Right(view! {
                        <Alert error/>
                        <div class="actions"><a class="button" href=another>{texts::ASK_FOR_ANOTHER}</a></div>
                    })
                }
            }
        })
    };
    view! { <Suspense fallback=|| view! { <p class="lead">{texts::LOADING}</p> }>{content}</Suspense> }
}

/// The way to another link, where a form was refused because its own opens nothing any more.
#[component]
pub fn AnotherLink(
    /// The form.
    form: FormState,
    /// Where another link is asked for.
    to: &'static str,
) -> impl IntoView {
    let is_dead = move || form.error() == Some(AppError::LinkInvalid);
    move || is_dead().then(|| view! { <p class="aside"><a href=to>{texts::ASK_FOR_ANOTHER}</a></p> })
}
