//! Error messages and success notices.

use leptos::prelude::*;

use super::{DevMailHint, use_page_flash};
use crate::auth::texts;
use crate::auth::use_site;
use crate::page_context::use_page_context;
use latchkey_types::AppError;
use latchkey_types::{Notice, Outcome};

/// An error message. It is only for screen readers if each field shows its own error.
#[component]
#[expect(clippy::needless_pass_by_value, reason = "props are owned")]
pub fn Alert(
    /// The error.
    error: AppError,
    /// Whether it gets the focus when the page loads.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let class = if matches!(error, AppError::Refused(_)) { "visually-hidden" } else { "notice danger" };
    view! {
        <p role="alert" class=class tabindex="-1" autofocus=autofocus>{texts::of_error(&error)}</p>
        {(error == AppError::Unconfirmed).then(|| view! { <DevMailHint/> })}
    }
}

/// Live region for notices. It is always rendered: screen readers only announce changes of an existing region.
#[component]
pub fn Notices(
    /// The notice, if there is one.
    #[prop(into)]
    notice: Signal<Option<Notice>>,
) -> impl IntoView {
    let (site, user) = (use_site(), use_page_context().user);
    let text = move || match (notice.get()?, &user) {
        (Notice::Welcome, Some(user)) => Some(texts::welcome(&user.username)),
        (Notice::WelcomeInstead { previous }, Some(user)) => Some(texts::welcome_instead(&user.username, &previous)),
        (Notice::OfOtherAccount { username, notice }, Some(user)) => {
            Some(texts::of_other_account(&user.username, &username, &notice))
        }
        (notice, _) => Some(site.notice(&notice).to_owned()).filter(|text| !text.is_empty()),
    };
    view! {
        <div role="status" class="notices">
            {move || text().map(|text| view! { <p class="notice success">{text}</p> }.into_any())}
        </div>
        {move || notice.get().is_some_and(|notice| notice.is_of_mail()).then(|| view! { <DevMailHint/> })}
    }
}

/// Shows the notice of the previous request, for example after setting a new password.
#[component]
pub fn PageNotice() -> impl IntoView {
    let notice = use_page_flash().and_then(|flash| match flash.outcome {
        Outcome::Done(notice) => Some(notice),
        _ => None,
    });
    notice.map(|notice| view! { <Notices notice=Some(notice)/> })
}
